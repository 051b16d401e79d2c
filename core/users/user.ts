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

interface AnyUser extends Managed {
  /** In lower case. */
  readonly userId: string;
  readonly partnerId: string;
}

/**
 * A user of the directory of partners' users, whose id is the login. The directory decides the state of the
 * profile. Access needs that and the status, which operators manage.
 */
export interface UserWithProfile extends AnyUser {
  readonly origin: 'directory';
  readonly profile: UserProfile;
}

/** A user who signs in with the partner's own identity provider (FED-3). */
export interface FederatedUser extends AnyUser {
  readonly origin: 'identity_provider';
  readonly providerId: string;
  readonly email: string;
  readonly name: string;
}

/** A partner's user, whom tokens may name. `origin` tells who vouches for it. */
export type User = UserWithProfile | FederatedUser;

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
  (user.origin !== 'directory' || user.profile.state === 'active');
