import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { DirectoryUser, NewDirectoryUser, UserDirectory } from '../../core/access/ports.ts';
import type { FaultMode } from '../../local/kernel/faults.ts';
import {
  type AdapterFacts,
  connectWithShortTimeout,
  faultyCalls,
  loginFaults,
  longTimeout,
  outcomeOf,
  repeatableCreation,
  shortTimeout,
  type UnderTest,
} from './faulty-calls.ts';

export type DirectoryMethod = keyof UserDirectory;

/** A user as its vendor holds it, in the words of the port. */
export interface VendorUser extends Omit<NewDirectoryUser, 'partnerId' | 'onboardingId'> {
  readonly userId: string;
  readonly active: boolean;
  readonly partnerId?: string;
  readonly onboardingId?: string;
  /** The names of the user's groups, without a group that everybody is in. */
  readonly groups: readonly string[];
}

/** A directory whose adapter is tested. All of it but the adapter reads and writes without the adapter. */
export interface DirectoryUnderTest extends UnderTest<UserDirectory, DirectoryMethod> {
  /** Returns all users with this login. There should be one at most. */
  usersWithLogin(login: string): Promise<readonly VendorUser[]>;
  /** Creates a user as an administrator does: active, in no group, without any mark of Sallyport. */
  createByHand(user: Pick<NewDirectoryUser, 'login' | 'email' | 'firstName' | 'lastName'>): Promise<void>;
  /** Suspends or deactivates a user, as an administrator does. */
  deactivateByHand(userId: string): Promise<void>;
  /** An id that no user has. */
  readonly unknownUserId: string;
  /** An id that no group has. */
  readonly unknownGroupId: string;
}

export interface DirectorySuite extends AdapterFacts<DirectoryMethod> {
  /** Attributes that the vendor refuses in a new user, if there are any. */
  readonly refusedAttributes?: Partial<NewDirectoryUser>;
  /** Starts a stand-in of the vendor, or opens a test account there. It has the groups of these names. */
  start(groups: readonly string[]): Promise<DirectoryUnderTest>;
}

/** The name of one group is the beginning of others. */
const [partners, otherPartners, more] = ['Partners', 'Partners: Credit Reports', 'Partners: Fraud Signals'];

/** A moment in ISO 8601. */
const aMoment = expect.stringMatching(/^\d{4}-\d\d-\d\dT/u) as string;

/** Describes what an adapter of the port `UserDirectory` promises, and holds the adapter to it. */
export function describeDirectory(suite: DirectorySuite): void {
  let vendor: DirectoryUnderTest;
  let directory: UserDirectory;
  let impatient: UserDirectory;
  let groupId: string;
  let otherGroupId: string;

  beforeAll(async () => {
    vendor = await suite.start([otherPartners, partners, more]);
    directory = vendor.connect(longTimeout);
    [groupId, otherGroupId] = [
      await directory.groupIdByName(partners),
      await directory.groupIdByName(otherPartners),
    ];
    impatient = await connectWithShortTimeout(vendor, (adapter) =>
      adapter.findByLogin(`none-${randomUUID()}`),
    );
  });
  afterEach(() => vendor.clearFaults());
  afterAll(() => vendor.stop());

  const person = (login = `dana.${randomUUID()}`): NewDirectoryUser => ({
    login,
    email: 'api-team@acme.example',
    firstName: 'Dana',
    lastName: 'Łi',
    telephone: '+1 555 0100',
    partnerId: 'partner-acme',
    onboardingId: randomUUID(),
  });
  const adapterFor = (mode: FaultMode): UserDirectory => (mode === 'hang' ? impatient : directory);
  const groupsOf = async (login: string): Promise<readonly string[]> =>
    (await vendor.usersWithLogin(login)).flatMap(({ groups }) => groups).toSorted();

  describe(`${suite.name} as a directory`, () => {
    it('WF-4 creates an active user with its marks and its groups', async () => {
      const dana = person();
      const created = await directory.create(dana, [groupId, otherGroupId]);
      const { login, email, partnerId, onboardingId } = dana;
      expect(created).toEqual({
        userId: expect.stringMatching(/./u) as string,
        login,
        email,
        active: true,
        since: aMoment,
        partnerId,
        onboardingId,
      });
      expect(await vendor.usersWithLogin(login)).toEqual([
        {
          ...dana,
          userId: created.userId,
          active: true,
          groups: expect.arrayContaining([partners, otherPartners]) as string[],
        },
      ]);
      expect((await directory.groupIdsOf(created.userId)).toSorted()).toEqual(
        [groupId, otherGroupId].toSorted(),
      );
    });

    it('X-2 finds a user by login and with its marks, also with a new adapter', async () => {
      const dana = person();
      const created = await directory.create(dana, []);
      expect(await vendor.connect(longTimeout).findByLogin(dana.login)).toEqual(created);
    });

    it('finds nobody under a free login, under an id, or under a part of another login', async () => {
      const login = `dana.${randomUUID()}`;
      const { userId } = await directory.create(person(`${login}@company.example`), []);
      expect(await directory.findByLogin(`nobody.${randomUUID()}`)).toBeUndefined();
      expect(await directory.findByLogin(userId)).toBeUndefined();
      expect(await directory.findByLogin(login)).toBeUndefined();
      expect(await directory.findByLogin(login.slice(0, -1))).toBeUndefined();
    });

    it.each([
      'a/b',
      '../users',
      'o%2Fx',
      'two words',
      'plus+sign@acme.example',
      '董娜',
      'q?x=1#y',
      `o'hara"`,
    ])('takes a login such as %j as it is', async (beginning) => {
      const login = `${beginning}-${randomUUID()}`;
      const dana = person(login);
      const created = await directory.create(dana, []);
      expect(created.login).toBe(login);
      expect(await directory.findByLogin(login)).toEqual(created);
      expect(await vendor.usersWithLogin(login)).toEqual([
        { ...dana, userId: created.userId, active: true, groups: [] },
      ]);
    });

    it('WF-4 shows no marks on a user that somebody else created', async () => {
      const login = `lee.${randomUUID()}`;
      await vendor.createByHand({ login, email: 'lee@company.example', firstName: 'Lee', lastName: 'Ray' });
      expect(await directory.findByLogin(login)).toEqual({
        userId: expect.stringMatching(/./u) as string,
        login,
        email: 'lee@company.example',
        active: true,
        since: aMoment,
      });
    });

    it('WF-4 shows that a user is suspended or deactivated', async () => {
      const dana = person();
      const created = await directory.create(dana, []);
      await vendor.deactivateByHand(created.userId);
      const found = await directory.findByLogin(dana.login);
      expect(found).toEqual({
        ...created,
        active: false,
        since: aMoment,
      });
      expect(Date.parse(found?.since ?? '')).toBeGreaterThanOrEqual(Date.parse(created.since));
    });

    it('throws Conflict for a login that is taken, and leaves its user as it is', async () => {
      const dana = person();
      await directory.create(dana, [groupId]);
      const before = await vendor.usersWithLogin(dana.login);
      const second = { ...person(dana.login), partnerId: 'partner-other', firstName: 'Another' };
      expect(await outcomeOf(directory.create(second, [otherGroupId]))).toBe('Conflict');
      expect(await vendor.usersWithLogin(dana.login)).toEqual(before);
    });

    it.each(suite.refusedAttributes === undefined ? [] : [suite.refusedAttributes])(
      'throws Rejected for a user that the vendor refuses, with %j',
      async (refused) => {
        const dana = { ...person(), ...refused };
        expect(await outcomeOf(directory.create(dana, []))).toBe('Rejected');
        expect(await vendor.usersWithLogin(dana.login)).toEqual([]);
      },
    );

    it('throws NotFound for a new user in a group that does not exist, and creates nobody', async () => {
      const dana = person();
      expect(await outcomeOf(directory.create(dana, [vendor.unknownGroupId]))).toBe('NotFound');
      expect(await vendor.usersWithLogin(dana.login)).toEqual([]);
    });

    it('finds a group by its exact name only', async () => {
      expect(new Set([groupId, otherGroupId, await directory.groupIdByName(more)]).size).toBe(3);
      for (const name of ['Partner', 'partners', 'Partners:', '']) {
        expect([name, await outcomeOf(directory.groupIdByName(name))]).toEqual([name, 'NotFound']);
      }
    });

    it('adds and removes one membership, again and again, and touches no other', async () => {
      const [dana, lee] = [person(), person()];
      const { userId } = await directory.create(dana, [otherGroupId]);
      await directory.create(lee, [groupId]);
      for (let time = 0; time < 2; time += 1) {
        await directory.addToGroup(userId, groupId);
        expect(await groupsOf(dana.login)).toEqual([partners, otherPartners].toSorted());
      }
      for (let time = 0; time < 2; time += 1) {
        await directory.removeFromGroup(userId, groupId);
        expect(await groupsOf(dana.login)).toEqual([otherPartners]);
        expect(await directory.groupIdsOf(userId)).toEqual([otherGroupId]);
      }
      expect(await groupsOf(lee.login)).toEqual([partners]);
    });

    it.each(['active', 'deactivated'])('X-1 deletes a user that is %s, and nobody else', async (state) => {
      const [dana, lee] = [person(), person()];
      const { userId } = await directory.create(dana, [groupId]);
      await directory.create(lee, [groupId]);
      const other = await vendor.usersWithLogin(lee.login);
      if (state === 'deactivated') await vendor.deactivateByHand(userId);
      await directory.delete(userId);
      expect(await vendor.usersWithLogin(dana.login)).toEqual([]);
      expect(await directory.findByLogin(dana.login)).toBeUndefined();
      expect(await vendor.usersWithLogin(lee.login)).toEqual(other);
    });

    it('frees the login of a deleted user', async () => {
      const dana = person();
      await directory.delete((await directory.create(dana, [])).userId);
      const again = await directory.create(dana, []);
      expect(await directory.findByLogin(dana.login)).toEqual(again);
    });

    it('throws NotFound for users and groups that do not exist', async () => {
      const dana = person();
      const { userId } = await directory.create(dana, []);
      const { userId: deleted } = await directory.create(person(), []);
      await directory.delete(deleted);
      const calls = [
        directory.delete(deleted),
        directory.delete(vendor.unknownUserId),
        directory.groupIdsOf(vendor.unknownUserId),
        directory.addToGroup(vendor.unknownUserId, groupId),
        directory.removeFromGroup(vendor.unknownUserId, groupId),
        directory.addToGroup(userId, vendor.unknownGroupId),
        directory.removeFromGroup(userId, vendor.unknownGroupId),
      ];
      expect(await Promise.all(calls.map(outcomeOf))).toEqual(calls.map(() => 'NotFound'));
    });

    it('throws Unavailable for every call while nobody answers at the address', async () => {
      const dana = person();
      const { userId } = await directory.create(dana, []);
      const adapter = vendor.connectToUnusedAddress();
      const calls = [
        adapter.findByLogin(dana.login),
        adapter.create(person(), []),
        adapter.delete(userId),
        adapter.groupIdByName(partners),
        adapter.groupIdsOf(userId),
        adapter.addToGroup(userId, groupId),
        adapter.removeFromGroup(userId, groupId),
      ];
      expect(await Promise.all(calls.map(outcomeOf))).toEqual(calls.map(() => 'Unavailable'));
    });
  });

  describe(`${suite.name} as a directory, with each fault`, () => {
    it.each(faultyCalls(suite, 'create', 'once'))(
      'X-1 $title, and there is one user in the end',
      async (fault) => {
        const dana = person();
        const create = repeatableCreation<UserDirectory, DirectoryUser>(
          (adapter) => adapter.findByLogin(dana.login),
          (adapter) => adapter.create(dana, [groupId]),
        );

        vendor.injectFault(fault);
        const outcome = await outcomeOf(create(adapterFor(fault.mode)));
        expect([outcome, vendor.pendingFaults()]).toEqual([fault.error, 0]);
        if (fault.done !== 'some') {
          expect(await vendor.usersWithLogin(dana.login)).toHaveLength(fault.done === 'everything' ? 1 : 0);
        }
        const user = await create(directory);
        expect(await create(directory)).toEqual(user);
        // A user is found again by its mark; a membership is added again, which changes nothing.
        expect(user.onboardingId).toBe(dana.onboardingId);
        await directory.addToGroup(user.userId, groupId);
        expect(await vendor.usersWithLogin(dana.login)).toEqual([
          { ...dana, userId: user.userId, active: true, groups: [partners] },
        ]);
      },
    );

    it.each(faultyCalls(suite, 'delete', 'repeatable'))(
      'X-1 $title, and nobody is left in the end',
      async (fault) => {
        const [dana, lee] = [person(), person()];
        const { userId } = await directory.create(dana, [groupId]);
        await directory.create(lee, [groupId]);
        const [ours, other] = [
          await vendor.usersWithLogin(dana.login),
          await vendor.usersWithLogin(lee.login),
        ];

        vendor.injectFault(fault);
        const outcome = await outcomeOf(adapterFor(fault.mode).delete(userId));
        expect([outcome, vendor.pendingFaults()]).toEqual([fault.error, 0]);
        if (fault.done !== 'some') {
          expect(await vendor.usersWithLogin(dana.login)).toEqual(fault.done === 'everything' ? [] : ours);
        }
        // After a deletion whose answer was lost, the user is gone or is deleted now.
        expect(['done', 'NotFound']).toContain(await outcomeOf(directory.delete(userId)));
        expect(await vendor.usersWithLogin(dana.login)).toEqual([]);
        expect(await vendor.usersWithLogin(lee.login)).toEqual(other);
      },
    );

    it.each([
      ...faultyCalls(suite, 'addToGroup', 'repeatable'),
      ...faultyCalls(suite, 'removeFromGroup', 'repeatable'),
    ])('X-1 $title, and the membership is as wanted in the end', async (fault) => {
      const dana = person();
      const adds = fault.method === 'addToGroup';
      const without = [otherPartners];
      const having = [partners, otherPartners].toSorted();
      const { userId } = await directory.create(dana, adds ? [otherGroupId] : [groupId, otherGroupId]);
      const change = (adapter: UserDirectory): Promise<void> =>
        adds ? adapter.addToGroup(userId, groupId) : adapter.removeFromGroup(userId, groupId);

      vendor.injectFault(fault);
      const outcome = await outcomeOf(change(adapterFor(fault.mode)));
      expect([outcome, vendor.pendingFaults()]).toEqual([fault.error, 0]);
      if (fault.done !== 'some') {
        expect(await groupsOf(dana.login)).toEqual((fault.done === 'everything') === adds ? having : without);
      }
      await change(directory);
      expect(await groupsOf(dana.login)).toEqual(adds ? having : without);
    });

    const looks = {
      findByLogin: (adapter: UserDirectory, user: DirectoryUser) => adapter.findByLogin(user.login),
      groupIdByName: (adapter: UserDirectory) => adapter.groupIdByName(partners),
      groupIdsOf: (adapter: UserDirectory, user: DirectoryUser) => adapter.groupIdsOf(user.userId),
    };
    it.each(
      (['findByLogin', 'groupIdByName', 'groupIdsOf'] as const).flatMap((method) =>
        faultyCalls(suite, method, 'reads').map((fault) => ({ ...fault, look: looks[method] })),
      ),
    )('X-2 $title, and does not answer', async ({ look, ...fault }) => {
      const user = await directory.create(person(), [groupId]);
      const answer = await look(directory, user);
      vendor.injectFault(fault);
      const outcome = await outcomeOf(look(adapterFor(fault.mode), user));
      expect([outcome, vendor.pendingFaults()]).toEqual([fault.error, 0]);
      expect(await look(directory, user)).toEqual(answer);
    });

    it.each(loginFaults(suite))('X-2 $title, and nothing is changed', async (fault) => {
      const [dana, lee] = [person(), person()];
      const { userId } = await directory.create(dana, [otherGroupId]);
      const before = await vendor.usersWithLogin(dana.login);
      for (const change of [
        (adapter: UserDirectory) => adapter.create(lee, []),
        (adapter: UserDirectory) => adapter.delete(userId),
        (adapter: UserDirectory) => adapter.addToGroup(userId, groupId),
      ]) {
        vendor.injectFault(fault);
        const adapter = vendor.connect(fault.mode === 'hang' ? shortTimeout : longTimeout);
        const outcome = await outcomeOf(change(adapter));
        expect([outcome, vendor.pendingFaults()]).toEqual([fault.error, 0]);
      }
      expect(await vendor.usersWithLogin(dana.login)).toEqual(before);
      expect(await vendor.usersWithLogin(lee.login)).toEqual([]);
    });
  });
}
