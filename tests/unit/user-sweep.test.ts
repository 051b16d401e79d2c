import { describe, expect, test } from 'vitest';
import { type PartnerProfile, sweepUsers } from '../../core/users/sweep.ts';
import type { UserWithProfile, User, UserProfile } from '../../core/users/user.ts';
import { fakeUsers } from '../support/fakes/contract-records.ts';
import { otherPartnerId, partner, userOf } from '../support/fakes/samples.ts';

const { partnerId } = partner;
const now = new Date('2026-11-20T10:00:00Z');
const profileOf = (userId: string, changed: Partial<PartnerProfile> = {}): PartnerProfile => ({
  userId,
  partnerId,
  profileId: `okta-${userId}`,
  state: 'active',
  since: '2026-11-01T10:00:00.000Z',
  ...changed,
});
const recordOf = (
  { userId, partnerId: of, ...profile }: PartnerProfile,
  changed: Partial<UserWithProfile> = {},
): UserWithProfile => userOf({ userId, partnerId: of, profile, ...changed });

/** Sweeps these records. The directory lists these profiles, and has the unlisted ones, too. */
async function sweep(
  records: readonly User[],
  listed: readonly PartnerProfile[],
  unlisted: readonly UserProfile[] = [],
) {
  const users = fakeUsers();
  for (const record of records) users.has(record);
  const swept = await sweepUsers({
    users,
    profiles: {
      list: async function* list() {
        yield* await Promise.resolve(listed);
      },
      stateOf: (profileId) => {
        const found = [...unlisted, ...listed].find((profile) => profile.profileId === profileId);
        return Promise.resolve(found && { profileId, state: found.state, since: found.since });
      },
    },
    removeRecord: ({ userId }) => {
      users.remove(userId);
      return Promise.resolve(true);
    },
    personalDataDays: 90,
    isOnboarded: (user) => Promise.resolve(user.userId !== 'by-hand'),
    clock: { now: () => now },
  });
  return {
    swept,
    states: Object.fromEntries(
      users.all().map((user) => [user.userId, user.origin === 'directory' && user.profile.state]),
    ),
  };
}

describe('JWT-3 the comparison of users with the directory', () => {
  const later = { since: '2026-11-20T09:00:00.000Z' };
  const [dana, lee] = [profileOf('dana.li'), profileOf('lee')];

  test('changes nothing where both agree', async () => {
    const { swept } = await sweep([recordOf(dana), recordOf(lee)], [dana, lee]);
    expect(swept).toEqual({ users: 2, corrected: [], recorded: [], removed: 0 });
  });

  test('stops whom the directory has stopped, and lets in again whom it has', async () => {
    const { swept, states } = await sweep(
      [recordOf(dana), recordOf({ ...lee, state: 'inactive' })],
      [
        { ...dana, ...later, state: 'inactive' },
        { ...lee, ...later },
      ],
    );
    expect(swept).toEqual({ users: 2, corrected: ['dana.li', 'lee'], recorded: [], removed: 0 });
    expect(states).toEqual({ 'dana.li': 'inactive', lee: 'active' });
  });

  test('stops whom the directory does not have any more', async () => {
    const { swept, states } = await sweep([recordOf(dana)], []);
    expect(swept.corrected).toEqual(['dana.li']);
    expect(states).toEqual({ 'dana.li': 'deleted' });
  });

  test('looks up who is not listed, before it stops anybody', async () => {
    const { swept, states } = await sweep([recordOf(dana)], [], [dana]);
    expect(swept.corrected).toEqual([]);
    expect(states).toEqual({ 'dana.li': 'active' });
  });

  test('believes an event that has come since it began', async () => {
    const inactive = { ...dana, state: 'inactive' as const, since: now.toISOString() };
    const { states } = await sweep([recordOf(inactive)], [dana]);
    expect(states).toEqual({ 'dana.li': 'inactive' });
  });

  test('believes the directory itself if the list is behind it', async () => {
    const inactive = { ...dana, ...later, state: 'inactive' as const };
    const { swept, states } = await sweep([recordOf(inactive)], [dana], [inactive]);
    expect([swept.corrected, states]).toEqual([[], { 'dana.li': 'inactive' }]);
  });

  // Threat T-95
  test('corrects what an event has told that was not so, although it is of a later moment', async () => {
    const told = { ...dana, ...later };
    const { swept, states } = await sweep([recordOf(told)], [{ ...dana, state: 'inactive' }]);
    expect([swept.corrected, states]).toEqual([['dana.li'], { 'dana.li': 'inactive' }]);
  });

  test('leaves ended and deleted users alone', async () => {
    const ended = recordOf(dana, { status: 'ended' });
    const { swept } = await sweep([ended, recordOf({ ...lee, state: 'deleted' })], []);
    expect(swept).toEqual({ users: 2, corrected: [], recorded: [], removed: 0 });
  });

  // Threat T-104
  test('deletes the record of a user who is gone for 90 days, and whom nothing refers to', async () => {
    const gone = profileOf('by-hand', { state: 'deleted' });
    const goneSince = (at: string, status: User['status'] = 'active'): User =>
      recordOf(gone, { status, changes: [{ at, by: 'directory', why: 'Deleted', to: status }] });
    const [before, after] = ['2026-08-22T09:00:00.000Z', '2026-08-22T11:00:00.000Z'];
    const left = async (user: User) => {
      const { swept, states } = await sweep([user], []);
      return [swept.removed, Object.keys(states)];
    };
    expect(await left(goneSince(before))).toEqual([1, []]);
    expect(await left(goneSince(after)), 'not long enough').toEqual([0, ['by-hand']]);
    for (const status of ['suspended', 'ended'] as const) {
      expect(await left(goneSince(before, status)), 'an operator has stopped the user').toEqual([
        0,
        ['by-hand'],
      ]);
    }
    const referred = { ...goneSince(before), userId: 'dana.li' };
    expect(await left(referred), 'an onboarding refers to the user').toEqual([0, ['dana.li']]);
  });

  test('records who was onboarded without a record, and nobody else', async () => {
    const { swept, states } = await sweep(
      [],
      [dana, profileOf('by-hand'), profileOf('stopped', { state: 'inactive' })],
    );
    expect(swept).toEqual({ users: 0, corrected: [], recorded: ['dana.li'], removed: 0 });
    expect(states).toEqual({ 'dana.li': 'active' });
  });

  test('reads lists of any length', async () => {
    const many = Array.from({ length: 250 }, (_, index) =>
      profileOf(`user-${String(index).padStart(3, '0')}`, {
        partnerId: index % 2 === 0 ? partnerId : otherPartnerId,
      }),
    );
    const { swept } = await sweep(
      many.map((profile) => recordOf(profile)),
      many.map((profile) => ({ ...profile, ...later, state: 'inactive' as const })),
    );
    expect([swept.users, swept.corrected.length]).toEqual([250, 250]);
  });
});
