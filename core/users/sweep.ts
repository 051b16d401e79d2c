import { type Clock, secondsAfter } from '../clock.ts';
import type { Page } from '../lifecycle/managed-records.ts';
import { recordProfileState, recordUser } from './user-records.ts';
import type { UserWithProfile, User, UserProfile, Users } from './user.ts';

/** A profile in the directory that carries a partner's mark. */
export interface PartnerProfile extends UserProfile {
  readonly userId: string;
  readonly partnerId: string;
}

/** Reads the partners' profiles from the directory. */
export interface PartnerProfiles {
  /** Lists them all. */
  list(): AsyncIterable<PartnerProfile>;
  /** Returns the state of one profile, whatever its mark; undefined if there is no such profile. */
  stateOf(profileId: string): Promise<UserProfile | undefined>;
}

/** What the sweep needs. */
export interface UserSweep {
  readonly users: Users;
  readonly profiles: PartnerProfiles;
  /** Tells whether an onboarding refers to this user's profile. */
  readonly isOnboarded: (user: Pick<User, 'userId' | 'partnerId'>) => Promise<boolean>;
  /** Deletes a user's record. False if it has been changed since it was read. */
  readonly removeRecord: (user: User) => Promise<boolean>;
  /** For how many days the record of a user is kept whose profile was deleted. */
  readonly personalDataDays: number;
  readonly clock: Clock;
}

/** What the sweep has done. */
export interface SweptUsers {
  /** How many users it compared. */
  readonly users: number;
  /** The ids of those whose records were wrong. */
  readonly corrected: readonly string[];
  /** The ids of those that had no record. */
  readonly recorded: readonly string[];
  /** How many records of users who are gone it has deleted. */
  readonly removed: number;
}

/**
 * Compares the records of users with the directory (JWT-3), in case an event of the directory got lost. Users whom
 * an earlier version onboarded get their record. The record of a user is deleted some time after the profile was,
 * once no onboarding refers to the user.
 */
export async function sweepUsers(sweep: UserSweep): Promise<SweptUsers> {
  const startedAt = sweep.clock.now();
  const listed = new Map<string, PartnerProfile>();
  for await (const profile of sweep.profiles.list()) listed.set(profile.profileId, profile);

  const corrected: string[] = [];
  let removed = 0;
  const known = new Set<string>();
  for await (const user of allUsers(sweep.users)) {
    known.add(user.userId);
    if (user.origin !== 'directory') continue;
    if (user.profile.state === 'deleted' || user.status === 'ended') {
      if (await removeIfGone(sweep, user, startedAt)) removed += 1;
      continue;
    }
    const isCorrected = await correct(sweep, user, listed.get(user.profile.profileId), startedAt);
    if (isCorrected) corrected.push(user.userId);
  }

  const recorded: string[] = [];
  for (const profile of listed.values()) {
    if (!known.has(profile.userId) && (await recordMissing(sweep, profile))) recorded.push(profile.userId);
  }
  return { users: known.size, corrected, recorded, removed };
}

/**
 * Deletes the record of a user who has been gone for long. What an operator has stopped stays stopped, and a user
 * to whom an onboarding refers would be let in again by a new profile.
 */
async function removeIfGone(
  { isOnboarded, removeRecord, personalDataDays }: UserSweep,
  user: UserWithProfile,
  now: Date,
): Promise<boolean> {
  const { status, profile, changes } = user;
  if (status !== 'active' || profile.state !== 'deleted') return false;
  const latest = changes.at(-1)?.at ?? profile.since;
  if (new Date(latest) > secondsAfter(now, -personalDataDays * 86_400)) return false;
  return !(await isOnboarded(user)) && removeRecord(user);
}

async function* allUsers(users: Users): AsyncGenerator<User> {
  let after: string | undefined;
  do {
    const page: Page<User> = await users.list({ limit: 100, ...(after !== undefined && { after }) });
    yield* page.items;
    after = page.next;
  } while (after !== undefined);
}

/**
 * Corrects a record. The list may be some seconds behind, so a profile that is not as it is listed is looked up.
 * What the directory says then counts, unless an event has told something newer since the sweep began.
 */
async function correct(
  { users, profiles, clock }: UserSweep,
  { userId, profile: known }: UserWithProfile,
  listed: PartnerProfile | undefined,
  startedAt: Date,
): Promise<boolean> {
  const { profileId } = known;
  if (listed?.state === known.state || Date.parse(known.since) >= startedAt.getTime()) return false;
  const now = clock.now().toISOString();
  const found = (await profiles.stateOf(profileId)) ?? { profileId, state: 'deleted' as const, since: now };
  if (found.state === known.state) return false;
  // An event may have told a moment that is later than the directory's own.
  const since = Date.parse(found.since) > Date.parse(known.since) ? found.since : now;
  const change = { at: now, by: 'directory', why: 'Compared with the directory' };
  return recordProfileState(users, userId, { ...found, since }, change);
}

async function recordMissing(
  { users, isOnboarded, clock }: UserSweep,
  { userId, partnerId, profileId, state, since }: PartnerProfile,
): Promise<boolean> {
  if (state !== 'active' || !(await isOnboarded({ userId, partnerId }))) return false;
  const change = { at: clock.now().toISOString(), by: 'directory', why: 'Found in the directory' };
  return (await recordUser(users, { userId, partnerId, profileId, since }, change)) === 'recorded';
}
