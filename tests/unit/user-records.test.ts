import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { receiveDirectoryEvents } from '../../core/users/directory-events.ts';
import type { User, UserProfile } from '../../core/users/user.ts';
import { recordProfileState, recordRemoval, recordUser } from '../../core/users/user-records.ts';
import { fakeUsers } from '../support/fakes/contract-records.ts';
import { otherPartnerId, partner, userOf } from '../support/fakes/samples.ts';

const { partnerId } = partner;
const change = { at: '2026-11-20T10:00:00.000Z', by: 'onb-1', why: 'Onboarded' };
const since = '2026-11-20T09:59:00.000Z';
const dana = { userId: 'dana.li', partnerId, profileId: 'okta-1', since };
const at = (seconds: number): string => new Date(Date.parse(since) + seconds * 1000).toISOString();
const told = (state: UserProfile['state'], seconds: number, profileId = 'okta-1'): UserProfile => ({
  profileId,
  state,
  since: at(seconds),
});

function recorded(user?: User) {
  const users = fakeUsers();
  if (user !== undefined) users.has(user);
  return users;
}

describe('JWT-3 a user that an onboarding gave access to', () => {
  test('is recorded once', async () => {
    const users = recorded();
    expect(await recordUser(users, dana, change)).toBe('recorded');
    expect(await recordUser(users, dana, change)).toBe('recorded');
    expect(users.all()).toEqual([
      {
        userId: 'dana.li',
        partnerId,
        origin: 'directory',
        profile: { profileId: 'okta-1', state: 'active', since },
        status: 'active',
        version: 1,
        changes: [{ ...change, to: 'active' }],
      },
    ]);
  });

  test('is recorded once by two onboardings at the same time', async () => {
    const users = recorded();
    await Promise.all([recordUser(users, dana, change), recordUser(users, dana, { ...change, by: 'onb-2' })]);
    expect(users.all()).toHaveLength(1);
  });

  test('gets its new profile after the old one was deleted', async () => {
    const users = recorded(userOf({ profile: told('deleted', 0) }));
    await recordUser(users, { ...dana, profileId: 'okta-2' }, change);
    expect(users.all()).toEqual([
      {
        ...userOf(),
        profile: { profileId: 'okta-2', state: 'active', since },
        version: 2,
        changes: [change],
        editors: ['onb-1'],
      },
    ]);
  });

  test("is the new partner's where the login was another partner's before", async () => {
    const users = recorded(userOf({ partnerId: otherPartnerId, profile: told('deleted', 0) }));
    await recordUser(users, { ...dana, profileId: 'okta-2' }, change);
    expect(users.all().map((user) => user.partnerId)).toEqual([partnerId]);
  });

  test.each(['suspended', 'ended'] as const)('stays stopped if an operator has %s it', async (status) => {
    const stopped = userOf({ status, profile: told('deleted', 0) });
    const users = recorded(stopped);
    expect(await recordUser(users, { ...dana, profileId: 'okta-2' }, change)).toBe('stopped');
    expect(users.all()).toEqual([stopped]);
  });

  test('stays inactive if the directory has told so since the profile was read', async () => {
    const users = recorded(userOf({ profile: told('inactive', 1) }));
    expect(await recordUser(users, dana, change)).toBe('recorded');
    expect(users.all()[0]).toHaveProperty('profile', told('inactive', 1));
  });
});

describe('JWT-3 a user whose profile goes', () => {
  test('has no access any more, and that is recorded once', async () => {
    const users = recorded(userOf());
    await recordRemoval(users, dana, change);
    await recordRemoval(users, dana, change);
    expect(users.all()).toEqual([
      {
        ...userOf(),
        profile: { ...userOf().profile, state: 'deleted' },
        version: 2,
        changes: [change],
        editors: ['onb-1'],
      },
    ]);
  });

  test("is left alone if it is another partner's", async () => {
    const theirs = userOf({ partnerId: otherPartnerId });
    const users = recorded(theirs);
    await recordRemoval(users, dana, change);
    await recordRemoval(recorded(), dana, change);
    expect(users.all()).toEqual([theirs]);
  });
});

describe('JWT-3 what the directory tells of a profile', () => {
  const active = userOf({ profile: told('active', 0) });

  test('changes the record, once', async () => {
    const users = recorded(active);
    expect(await recordProfileState(users, 'dana.li', told('inactive', 1), change)).toBe(true);
    expect(await recordProfileState(users, 'dana.li', told('inactive', 1), change)).toBe(false);
    expect(users.all()).toEqual([
      { ...active, profile: told('inactive', 1), version: 2, changes: [change], editors: ['onb-1'] },
    ]);
  });

  test.each<[what: string, news: UserProfile]>([
    ['that is older than what is known', told('inactive', -1)],
    ["of another profile of the same login's", told('inactive', 1, 'okta-0')],
    ['that is known', told('active', 0)],
  ])('%s changes nothing', async (_what, news) => {
    const users = recorded(active);
    expect(await recordProfileState(users, 'dana.li', news, change)).toBe(false);
    expect(users.all()).toEqual([active]);
  });

  test("is remembered if only its moment is new, which changes nobody's access", async () => {
    const users = recorded(active);
    expect(await recordProfileState(users, 'dana.li', told('active', 5), change)).toBe(false);
    expect(users.all()[0]).toHaveProperty('profile', told('active', 5));
    expect(await recordProfileState(users, 'dana.li', told('inactive', 4), change)).toBe(false);
  });

  test('of a user that nobody has recorded changes nothing', async () => {
    const users = recorded();
    expect(await recordProfileState(users, 'dana.li', told('inactive', 1), change)).toBe(false);
    expect(users.all()).toEqual([]);
  });

  test('of an ended user changes nothing', async () => {
    const ended = { ...active, status: 'ended' as const };
    const users = recorded(ended);
    expect(await recordProfileState(users, 'dana.li', told('inactive', 1), change)).toBe(false);
    expect(users.all()).toEqual([ended]);
  });

  // Failure F-75
  // Threat T-95
  test('leads to the same record in whatever order and however often it comes', async () => {
    const news = fc.array(
      fc.record({
        state: fc.constantFrom('active' as const, 'inactive' as const),
        seconds: fc.nat({ max: 20 }),
      }),
      { minLength: 1, maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(
        news.chain((all) =>
          fc.record({
            all: fc.constant(all),
            shuffled: fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2 }),
          }),
        ),
        async ({ all, shuffled }) => {
          const users = recorded(active);
          for (const { state, seconds } of shuffled) {
            await recordProfileState(users, 'dana.li', told(state, seconds), change);
          }
          const latest = Math.max(...all.map(({ seconds }) => seconds));
          const atLast = all.filter(({ seconds }) => seconds === latest);
          const stops = atLast.some(({ state }) => state === 'inactive');
          // What is known from the onboarding is of second 0.
          const expected = stops ? 'inactive' : 'active';
          expect(users.all()[0]).toHaveProperty('profile.state', expected);
        },
      ),
    );
  });
});

// Threat T-95
test('JWT-3 an event of the future changes nothing, since it would keep out all that follow', async () => {
  const users = recorded(userOf({ profile: told('active', 0) }));
  const clock = { now: () => new Date(at(10)) };
  const receive = (state: UserProfile['state'], seconds: number) =>
    receiveDirectoryEvents({ users, clock }, [
      { userId: 'dana.li', profile: told(state, seconds), name: 'user.lifecycle' },
    ]);
  expect(await receive('inactive', 311)).toEqual([]);
  expect(users.all()[0]).toHaveProperty('profile', told('active', 0));
  expect(await receive('inactive', 310)).toEqual(['dana.li']);
});
