import { Conflict, NotFound } from '../../../core/errors.ts';
import type { DirectoryUser, UserDirectory } from '../../../core/access/ports.ts';

export interface FakeDirectory extends UserDirectory {
  /** Adds a person who already exists and is in these groups. */
  has(user: DirectoryUser, groupIds: readonly string[]): void;
  /** Returns everybody with their groups. */
  everybody(): readonly (DirectoryUser & { readonly groupIds: readonly string[] })[];
}

/** Creates a directory. The ids of created users count up: `user-1`. */
export function fakeDirectory(groups: Readonly<Record<string, string>>): FakeDirectory {
  const users = new Map<string, { readonly user: DirectoryUser; readonly groupIds: Set<string> }>();
  let made = 0;
  const notFound = (): NotFound =>
    new NotFound({ service: 'okta', operation: 'fake', detail: 'no such user or group' });
  const entryOf = (userId: string) => {
    const entry = users.get(userId);
    if (entry === undefined) throw notFound();
    return entry;
  };
  const byLogin = (login: string): DirectoryUser | undefined =>
    [...users.values()].find(({ user }) => user.login === login)?.user;

  return {
    has: (user, groupIds) => users.set(user.userId, { user, groupIds: new Set(groupIds) }),
    everybody: () => [...users.values()].map(({ user, groupIds }) => ({ ...user, groupIds: [...groupIds] })),
    findByLogin: async (login) => Promise.resolve(byLogin(login)),
    create: async ({ login, email, partnerId, onboardingId }, groupIds) => {
      if (byLogin(login) !== undefined) {
        throw new Conflict({ service: 'okta', operation: 'fake', detail: 'the login is taken' });
      }
      made += 1;
      const user = {
        userId: `user-${made}`,
        login,
        email,
        active: true,
        since: '2026-11-20T10:00:00.000Z',
        partnerId,
        onboardingId,
      };
      users.set(user.userId, { user, groupIds: new Set(groupIds) });
      return Promise.resolve(user);
    },
    delete: async (userId) => {
      entryOf(userId);
      users.delete(userId);
      return Promise.resolve();
    },
    groupIdByName: async (name) => {
      const id = groups[name];
      if (id === undefined) throw notFound();
      return Promise.resolve(id);
    },
    groupIdsOf: async (userId) => Promise.resolve([...entryOf(userId).groupIds]),
    addToGroup: async (userId, groupId) => {
      entryOf(userId).groupIds.add(groupId);
      return Promise.resolve();
    },
    removeFromGroup: async (userId, groupId) => {
      entryOf(userId).groupIds.delete(groupId);
      return Promise.resolve();
    },
  };
}
