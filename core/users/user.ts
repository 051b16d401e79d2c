import type { Managed } from '../lifecycle/lifecycle.ts';
import type { ManagedRecords } from '../lifecycle/managed-records.ts';

/** Whether a user can sign in with the directory's profile. `deleted` is final for a profile. */
export const profileStates = ['active', 'inactive', 'deleted'] as const;
export type ProfileState = (typeof profileStates)[number];

/** What is known of a user's profile in the directory. */
export interface UserProfile {
  /** The directory's id of the profile. A profile that is created again gets another one. */
  readonly profileId: string;
  readonly state: ProfileState;
  /** ISO 8601, by the directory's clock: since when the profile has been in this state. */
  readonly since: string;
}

/**
 * A partner's user, whom tokens may name. Operators manage its status; the directory decides the state of its
 * profile. Access needs both.
 */
export interface User extends Managed {
  /** The login, in lower case. */
  readonly userId: string;
  readonly partnerId: string;
  /** Who vouches for the user: the directory of partners' users. */
  readonly origin: 'directory';
  readonly profile: UserProfile;
}

export type Users = ManagedRecords<User>;

/** Looks up a user by its id. The record may be cached for a short, fixed time. */
export type FindUser = (userId: string) => Promise<User | undefined>;

/** Tells whether an operator has suspended or ended a user. */
export const isStopped = (user: User | undefined): boolean => user !== undefined && user.status !== 'active';

/** Tells whether a user may be given access, as a user of this partner. */
export const isUserActive = (user: User | undefined, partnerId: string | undefined): boolean =>
  user !== undefined &&
  user.partnerId === partnerId &&
  user.status === 'active' &&
  user.profile.state === 'active';
