import { amend, initialState } from '../lifecycle/change.ts';
import type { RecordChange } from '../lifecycle/lifecycle.ts';
import type { UserWithProfile, User, UserProfile, Users } from './user.ts';

type Change = Omit<RecordChange, 'to'>;
type Store = Pick<Users, 'find' | 'create' | 'replace'>;

/** What an onboarding knows of the user that it gave access to. */
export interface OnboardedUser {
  readonly userId: string;
  readonly partnerId: string;
  readonly profileId: string;
  /** ISO 8601, by the directory's clock: since when the profile has been active. */
  readonly since: string;
}

/**
 * Records a user whose profile is active. A user whose profile was deleted gets the new one. Idempotent.
 * @returns `stopped` if an operator has suspended or ended the user, or if the directory does not vouch for it;
 *   nothing is changed then
 */
export async function recordUser(
  users: Store,
  onboarded: OnboardedUser,
  change: Change,
): Promise<'recorded' | 'stopped'> {
  const { userId, partnerId, profileId, since } = onboarded;
  const profile: UserProfile = { profileId, state: 'active', since };
  const existing = await users.find(userId);
  if (existing === undefined) {
    const created = await users.create({
      userId,
      partnerId,
      origin: 'directory',
      profile,
      ...initialState('active', change),
    });
    return created ? 'recorded' : recordUser(users, onboarded, change);
  }
  // The id of somebody who signs in with an identity provider is never a profile's.
  if (existing.origin !== 'directory' || existing.status !== 'active') return 'stopped';
  const isSame = existing.profile.profileId === profileId && existing.profile.state !== 'deleted';
  if (isSame && !isNews(existing.profile, profile)) return 'recorded';
  const replaced = await replaceProfile(users, { ...existing, partnerId }, profile, change);
  return replaced ? 'recorded' : recordUser(users, onboarded, change);
}

/** Records that a partner's user has no profile any more. Idempotent. */
export async function recordRemoval(
  users: Store,
  { userId, partnerId }: Pick<User, 'userId' | 'partnerId'>,
  change: Change,
): Promise<void> {
  const user = await users.find(userId);
  if (user?.origin !== 'directory' || user.partnerId !== partnerId || user.profile.state === 'deleted') {
    return;
  }
  const removed: UserProfile = { ...user.profile, state: 'deleted' };
  if (!(await replaceProfile(users, user, removed, change))) {
    await recordRemoval(users, { userId, partnerId }, change);
  }
}

/**
 * Records a state of a profile that the directory has told. Nothing changes if it is no newer than the known
 * state, or another profile's, or if the profile was deleted or the user has ended. Of two states of the same
 * moment, the one that gives no access counts.
 * @returns whether the user's access has changed
 */
export async function recordProfileState(
  users: Store,
  userId: string,
  told: UserProfile,
  change: Change,
): Promise<boolean> {
  const user = await users.find(userId);
  if (user?.origin !== 'directory' || user.status === 'ended' || !isNews(user.profile, told)) return false;
  if (await replaceProfile(users, user, told, change)) return user.profile.state !== told.state;
  return recordProfileState(users, userId, told, change);
}

function isNews(known: UserProfile, told: UserProfile): boolean {
  if (known.profileId !== told.profileId || known.state === 'deleted') return false;
  if (told.state === 'deleted') return true;
  const [knownSince, toldSince] = [Date.parse(known.since), Date.parse(told.since)];
  return (
    toldSince > knownSince ||
    (toldSince === knownSince && known.state === 'active' && told.state === 'inactive')
  );
}

/** Replaces the profile, whatever the status is. False if the record has been changed since it was read. */
async function replaceProfile(
  users: Pick<Users, 'replace'>,
  user: UserWithProfile,
  profile: UserProfile,
  change: Change,
): Promise<boolean> {
  const changed = amend<UserWithProfile>(user, { ...user, profile }, change);
  return changed.outcome !== 'changed' || users.replace(changed.record);
}
