import { describe, expect, test } from 'vitest';
import { Conflict, NotFound, OutcomeUnknown, Unavailable } from '../../core/errors.ts';
import type { DirectoryUser } from '../../core/access/ports.ts';
import { recordRemoval } from '../../core/users/user-records.ts';
import { findProfileConflict } from '../../core/access/profile.ts';
import { onboardingOf, otherPartnerId, partner, userOf } from '../support/fakes/samples.ts';
import { createWorld } from '../support/fakes/world.ts';

const one = onboardingOf('RITM1-b2b-onboarding-DEV-1');
const other = onboardingOf('RITM2-b2b-onboarding-DEV-1');
const acme = partner.partnerId;
const profile = `${acme}/dana.li`;
const employee: DirectoryUser = {
  userId: 'okta-7',
  login: 'dana.li',
  email: 'api-team@acme.example',
  active: true,
  since: '2026-11-01T10:00:00.000Z',
};
const madeEarlier: DirectoryUser = { ...employee, partnerId: acme, onboardingId: 'RITM0-b2b-user-DEV-1' };

async function worldWith(...onboardings: readonly (typeof one)[]) {
  const world = createWorld();
  for (const onboarding of onboardings) await world.ports.onboardings.create(onboarding);
  return world;
}

describe('WF-4 a profile that is there already', () => {
  // Failure F-17
  test('of the same partner and address is reused: the group is added, and only that is undone', async () => {
    const world = await worldWith(one);
    await world.ports.references.acquire(profile, 'RITM0-b2b-user-DEV-1');
    world.fakes.directory.has(madeEarlier, ['group-other']);
    await world.run('okta-profile', 'apply', one);
    expect(world.fakes.directory.everybody()).toEqual([
      { ...madeEarlier, groupIds: ['group-other', 'group-credit'] },
    ]);
    expect(world.trouble.calls).not.toContain('directory.create');
    expect(await world.ports.steps.find(one.onboardingId, 'okta-profile')).toEqual({
      step: 'okta-profile',
      state: 'applied',
      facts: { userId: 'okta-7', groupId: 'group-credit' },
    });

    await world.run('okta-profile', 'undo', one);
    expect(world.fakes.directory.everybody()).toEqual([{ ...madeEarlier, groupIds: ['group-other'] }]);
  });

  test('keeps the membership that it had before', async () => {
    const world = await worldWith(one);
    await world.ports.references.acquire(profile, 'RITM0-b2b-user-DEV-1');
    world.fakes.directory.has(madeEarlier, ['group-credit']);
    await world.run('okta-profile', 'apply', one);
    await world.run('okta-profile', 'undo', one);
    expect(world.fakes.directory.everybody()).toEqual([{ ...madeEarlier, groupIds: ['group-credit'] }]);
    expect(
      world.trouble.calls.filter(
        (call) => call === 'directory.addToGroup' || call === 'directory.removeFromGroup',
      ),
    ).toEqual([]);
  });

  test.each([
    ['an employee', employee, 'the user id belongs to somebody who is no partner user'],
    [
      "another partner's",
      { ...madeEarlier, partnerId: otherPartnerId },
      'the user id belongs to a user of another partner',
    ],
    [
      "another mailbox's",
      { ...madeEarlier, email: 'dana@acme.example' },
      'the user id belongs to a user with another e-mail address',
    ],
    [
      'suspended',
      { ...madeEarlier, active: false },
      'the profile under this user id is suspended or deactivated',
    ],
  ])('is in the way if it is %s, and nothing happens to it', async (_whose, user, detail) => {
    expect(findProfileConflict(user, one)).toBe(detail);
    const world = await worldWith(one);
    // Whoever made it relies on it.
    if (user !== employee) await world.ports.references.acquire(profile, 'RITM0-b2b-user-DEV-1');
    world.fakes.directory.has(user, []);
    await expect(world.run('okta-profile', 'apply', one)).rejects.toThrow(
      new Conflict({ service: 'okta', operation: 'GetUser', detail }),
    );
    await world.run('okta-profile', 'undo', one);
    expect(world.fakes.directory.everybody()).toEqual([{ ...user, groupIds: [] }]);
  });

  test('is recognised whatever the case of its address', () => {
    expect(findProfileConflict({ ...madeEarlier, email: 'API-Team@Acme.example' }, one)).toBeUndefined();
  });
});

describe('WF-4 two onboardings of one user', () => {
  // Failure F-50
  test('at the same time make one profile', async () => {
    const world = await worldWith(one, other);
    await Promise.all([world.run('okta-profile', 'apply', one), world.run('okta-profile', 'apply', other)]);
    expect(world.fakes.directory.everybody()).toEqual([
      {
        userId: 'user-1',
        login: 'dana.li',
        email: 'api-team@acme.example',
        active: true,
        since: '2026-11-20T10:00:00.000Z',
        partnerId: acme,
        onboardingId: one.onboardingId,
        groupIds: ['group-credit'],
      },
    ]);
    // The slower one was told that the login is taken, and looked again.
    expect(world.trouble.calls.filter((call) => call === 'directory.create')).toHaveLength(2);
  });

  // Failure F-52
  test('the profile stays while one relies on it, whoever made it, and goes with the last', async () => {
    const world = await worldWith(one, other);
    await world.run('okta-profile', 'apply', one);
    await world.run('okta-profile', 'apply', other);
    await world.run('okta-profile', 'undo', one);
    expect(world.fakes.directory.everybody()).toEqual([
      {
        onboardingId: one.onboardingId,
        groupIds: ['group-credit'],
        userId: 'user-1',
        login: 'dana.li',
        email: 'api-team@acme.example',
        active: true,
        since: '2026-11-20T10:00:00.000Z',
        partnerId: '5b1f6c0e-7f0a-4d9e-9a55-0c2f6b1f4a01',
      },
    ]);
    await world.run('okta-profile', 'undo', other);
    expect(world.fakes.directory.everybody()).toEqual([]);
  });

  test('a membership that one of them added goes with the last of them, whichever that is', async () => {
    const world = await worldWith(one, other);
    await world.ports.references.acquire(profile, 'RITM0-b2b-user-DEV-1');
    world.fakes.directory.has(madeEarlier, []);
    await world.run('okta-profile', 'apply', one);
    await world.run('okta-profile', 'apply', other);
    await world.run('okta-profile', 'undo', one);
    expect(world.fakes.directory.everybody()).toEqual([{ ...madeEarlier, groupIds: ['group-credit'] }]);
    await world.run('okta-profile', 'undo', other);
    expect(world.fakes.directory.everybody()).toEqual([{ ...madeEarlier, groupIds: [] }]);
  });

  test('one of another partner, which is bound to fail, keeps nobody from deleting the profile', async () => {
    const strangers = { ...other, partnerId: otherPartnerId };
    const world = await worldWith(one, strangers);
    await world.run('okta-profile', 'apply', one);
    await expect(world.run('okta-profile', 'apply', strangers)).rejects.toThrow(
      new Conflict({
        service: 'okta',
        operation: 'GetUser',
        detail: 'the user id belongs to a user of another partner',
      }),
    );
    await world.run('okta-profile', 'undo', one);
    expect(world.fakes.directory.everybody()).toEqual([]);
    await world.run('okta-profile', 'undo', strangers);
  });

  // Failure F-53
  test('one that comes while the profile is being deleted has to wait, then makes its own', async () => {
    const world = await worldWith(one, other);
    await world.run('okta-profile', 'apply', one);
    const lost = new OutcomeUnknown({ service: 'okta', operation: 'DeleteUser', detail: 'lost' });
    world.trouble.next('directory.delete', 'after', lost);
    await expect(world.run('okta-profile', 'undo', one)).rejects.toBe(lost);
    await expect(world.run('okta-profile', 'apply', other)).rejects.toThrow(
      new Unavailable({
        service: 'sallyport',
        operation: 'ClaimProfile',
        detail: 'the profile is being removed by another onboarding',
      }),
    );
    expect(world.fakes.directory.everybody()).toEqual([]);

    await world.run('okta-profile', 'undo', one);
    await world.run('okta-profile', 'apply', other);
    expect(world.fakes.directory.everybody()).toEqual([
      {
        onboardingId: other.onboardingId,
        userId: 'user-2',
        login: 'dana.li',
        email: 'api-team@acme.example',
        active: true,
        since: '2026-11-20T10:00:00.000Z',
        partnerId: '5b1f6c0e-7f0a-4d9e-9a55-0c2f6b1f4a01',
        groupIds: ['group-credit'],
      },
    ]);
  });

  // Failure F-16
  test('an undo that is run again takes nothing from the one that came after it', async () => {
    const world = await worldWith(one, other);
    await world.ports.references.acquire(profile, 'RITM0-b2b-user-DEV-1');
    world.fakes.directory.has(madeEarlier, []);
    await world.run('okta-profile', 'apply', one);
    await world.ports.references.release(profile, 'RITM0-b2b-user-DEV-1');
    const lost = new OutcomeUnknown({ service: 'dynamodb', operation: 'UpdateItem', detail: 'lost' });
    world.trouble.next('steps.undone', 'before', lost);
    await expect(world.run('okta-profile', 'undo', one)).rejects.toBe(lost);

    await world.run('okta-profile', 'apply', other);
    const [fresh] = world.fakes.directory.everybody();
    expect(fresh).toEqual({
      onboardingId: other.onboardingId,
      groupIds: ['group-credit'],
      userId: 'user-1',
      login: 'dana.li',
      email: 'api-team@acme.example',
      active: true,
      since: '2026-11-20T10:00:00.000Z',
      partnerId: '5b1f6c0e-7f0a-4d9e-9a55-0c2f6b1f4a01',
    });
    await world.run('okta-profile', 'undo', one);
    expect(world.fakes.directory.everybody()).toEqual([fresh]);
  });
});

test("WF-4 a product's group that does not exist is our fault to find, before anything is made", async () => {
  const world = await worldWith(one);
  const elsewhere = {
    ...one,
    onboardingId: 'RITM3-b2b-user-DEV-1',
    plan: { ...one.plan, group: 'Nobody made it' },
  };
  await world.ports.onboardings.create(elsewhere);
  await expect(world.run('okta-profile', 'apply', elsewhere)).rejects.toThrow(
    new NotFound({ service: 'okta', operation: 'fake', detail: 'no such user or group' }),
  );
  expect(world.fakes.directory.everybody()).toEqual([]);
});

describe('JWT-3 the record of the user', () => {
  test('is there with the profile, and says that it is gone before the profile is deleted', async () => {
    const world = await worldWith(one, other);
    await world.run('okta-profile', 'apply', one);
    await world.run('okta-profile', 'apply', other);
    expect(world.fakes.users.all()).toEqual([
      userOf({
        profile: { profileId: 'user-1', state: 'active', since: '2026-11-20T10:00:00.000Z' },
        changes: [{ at: '2026-11-20T10:00:00.000Z', by: one.onboardingId, why: 'Onboarded', to: 'active' }],
      }),
    ]);

    await world.run('okta-profile', 'undo', one);
    expect(world.fakes.users.all()[0]).toHaveProperty('profile.state', 'active');
    const lost = new OutcomeUnknown({ service: 'okta', operation: 'DeleteUser', detail: 'lost' });
    world.trouble.next('directory.delete', 'before', lost);
    await expect(world.run('okta-profile', 'undo', other)).rejects.toBe(lost);
    expect(world.fakes.users.all()[0]).toHaveProperty('profile.state', 'deleted');
    expect(world.fakes.directory.everybody()).toHaveLength(1);
    await world.run('okta-profile', 'undo', other);
    expect(world.fakes.directory.everybody()).toEqual([]);
  });

  test('of a user whom an operator has suspended is in the way', async () => {
    const world = await worldWith(one);
    world.fakes.users.has(userOf({ status: 'suspended' }));
    await expect(world.run('okta-profile', 'apply', one)).rejects.toThrow(
      new Conflict({
        service: 'sallyport',
        operation: 'RecordUser',
        detail: 'an operator has suspended or ended the user',
      }),
    );
    // Nobody has been created, and sent a mail, only to be stopped.
    expect(world.trouble.calls).not.toContain('directory.create');
    await world.run('okta-profile', 'undo', one);
    expect(world.fakes.users.all()[0]?.status).toBe('suspended');
  });

  test('and its new profile go with the onboarding that made it, if the earlier profile was deleted by hand', async () => {
    const world = await worldWith(one, other);
    await world.run('okta-profile', 'apply', one);
    await world.fakes.directory.delete('user-1');
    await recordRemoval(
      world.fakes.users,
      { userId: 'dana.li', partnerId: acme },
      { at: '2026-11-20T10:00:00.000Z', by: 'directory', why: 'user.lifecycle.delete.initiated' },
    );

    await world.run('okta-profile', 'apply', other);
    expect(world.fakes.users.all()[0]).toHaveProperty('profile', {
      profileId: 'user-2',
      state: 'active',
      since: '2026-11-20T10:00:00.000Z',
    });
    await world.run('okta-profile', 'undo', other);
    expect(world.fakes.directory.everybody()).toEqual([]);
    expect(world.fakes.users.all()[0]).toHaveProperty('profile.state', 'deleted');
    await world.run('okta-profile', 'undo', one);
    expect(world.fakes.directory.everybody()).toEqual([]);
  });
});
