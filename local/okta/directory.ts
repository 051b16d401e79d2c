import { randomInt } from 'node:crypto';
import type { Collection, Store } from '../kernel/store.ts';
import type { TwinClock } from '../kernel/clock.ts';

export type UserStatus =
  'STAGED' | 'PROVISIONED' | 'ACTIVE' | 'LOCKED_OUT' | 'PASSWORD_EXPIRED' | 'SUSPENDED' | 'DEPROVISIONED';

/** A second factor that a user has enrolled. */
export interface OktaFactor {
  readonly id: string;
  readonly factorType: string;
  readonly provider: string;
  readonly status: 'ACTIVE' | 'PENDING_ACTIVATION';
  readonly created: string;
}

export interface OktaUser {
  readonly id: string;
  readonly status: UserStatus;
  /** ISO 8601, as are the other times. */
  readonly created: string;
  readonly activated: string | null;
  readonly statusChanged: string;
  readonly lastUpdated: string;
  readonly profile: Readonly<Record<string, string>>;
  readonly groupIds: readonly string[];
  readonly factors?: readonly OktaFactor[];
}

export interface OktaGroup {
  readonly id: string;
  readonly created: string;
  readonly type: 'OKTA_GROUP';
  readonly profile: { readonly name: string; readonly description: string };
}

/** The users and groups of the stand-in. */
export interface Directory {
  readonly users: Collection<OktaUser>;
  readonly groups: Collection<OktaGroup>;
  /** Finds a user by id, by login or, as Okta does, by the part of the login before the @ if it is unique. */
  find(idOrLogin: string): OktaUser | undefined;
  isTaken(login: string): boolean;
  add(profile: OktaUser['profile'], status: UserStatus, groupIds: readonly string[]): OktaUser;
  change(user: OktaUser, changes: Partial<Pick<OktaUser, 'status' | 'groupIds' | 'factors'>>): OktaUser;
}

export function openDirectory(store: Store, clock: TwinClock, groupNames: readonly string[]): Directory {
  const users = store.collection<OktaUser>('okta-users');
  const groups = store.collection<OktaGroup>('okta-groups');
  const now = (): string => clock.now().toISOString();
  // Every look-up is by login. Without an index, each one would read all users.
  const idsByShortLogin = new Map<string, Set<string>>();
  const index = ({ id, profile: { login = '' } }: OktaUser): void => {
    const ids = idsByShortLogin.get(shortLogin(login)) ?? new Set();
    idsByShortLogin.set(shortLogin(login), ids.add(id));
  };
  users.all().forEach(index);
  const byShortLogin = (login: string): OktaUser[] =>
    [...(idsByShortLogin.get(shortLogin(login)) ?? [])].flatMap((id) => users.get(id) ?? []);
  const byLogin = (login: string): OktaUser | undefined =>
    byShortLogin(login).find((user) => sameLogin(user, login));

  for (const name of groupNames) {
    if (groups.all().some((group) => group.profile.name === name)) continue;
    const id = newId('00g');
    groups.put(id, { id, created: now(), type: 'OKTA_GROUP', profile: { name, description: '' } });
  }

  return {
    users,
    groups,
    find: (idOrLogin) => {
      const exact = users.get(idOrLogin) ?? byLogin(idOrLogin);
      if (exact !== undefined) return exact;
      const short = byShortLogin(idOrLogin).filter((user) =>
        user.profile['login']?.toLowerCase().startsWith(`${idOrLogin.toLowerCase()}@`),
      );
      return short.length === 1 ? short[0] : undefined;
    },
    isTaken: (login) => byLogin(login) !== undefined,
    add: (profile, status, groupIds) => {
      const at = now();
      const user = {
        id: newId('00u'),
        status,
        created: at,
        activated: status === 'STAGED' ? null : at,
        statusChanged: at,
        lastUpdated: at,
        profile,
        groupIds,
      };
      users.put(user.id, user);
      index(user);
      return user;
    },
    change: (user, changes) => {
      const at = now();
      const changed = {
        ...user,
        ...changes,
        lastUpdated: at,
        ...(changes.status === undefined ? {} : { statusChanged: at }),
      };
      users.put(user.id, changed);
      return changed;
    },
  };
}

const sameLogin = (user: OktaUser, login: string): boolean =>
  user.profile['login']?.toLowerCase() === login.toLowerCase();

/** Returns the part of a login before the @, or all of it if there is none. */
const shortLogin = (login: string): string => login.toLowerCase().split('@', 1)[0] ?? '';

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Returns an id of 20 characters. The first three are the type of the object. */
export function newId(prefix: '00u' | '00g' | 'mbl'): string {
  return prefix + Array.from({ length: 17 }, () => base62[randomInt(base62.length)]).join('');
}
