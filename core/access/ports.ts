/**
 * The outside world as the onboarding steps see it. Every method may throw the errors of `core/errors.ts`;
 * each effect says how it is found again after `OutcomeUnknown`.
 */

/** A person in the partner directory (Okta). */
export interface DirectoryUser {
  readonly userId: string;
  readonly login: string;
  readonly email: string;
  /** Ready to sign in or about to be: neither suspended nor deactivated. */
  readonly active: boolean;
  /** The partner this profile was made for; absent on profiles that Sallyport did not make. */
  readonly partnerId?: string;
  /** The onboarding that made it: its ownership mark. */
  readonly onboardingId?: string;
}

export interface NewDirectoryUser {
  readonly login: string;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly telephone: string;
  readonly partnerId: string;
  readonly onboardingId: string;
}

/** Okta Users and Groups API. */
export interface UserDirectory {
  findByLogin(login: string): Promise<DirectoryUser | undefined>;
  /**
   * Creates and activates: the directory itself mails the activation link. A login that is taken is
   * `Conflict`. Found again by login and ownership mark.
   */
  create(user: NewDirectoryUser, groupIds: readonly string[]): Promise<DirectoryUser>;
  /** Deactivates and deletes, in whatever state the user is. A user that is not there is `NotFound`. */
  delete(userId: string): Promise<void>;
  /** The id of the group with exactly this name; none is `NotFound`. */
  groupIdByName(name: string): Promise<string>;
  groupIdsOf(userId: string): Promise<readonly string[]>;
  /** Idempotent. */
  addToGroup(userId: string, groupId: string): Promise<void>;
  /** Idempotent. */
  removeFromGroup(userId: string, groupId: string): Promise<void>;
}

/** App clients of the partners' user pool (Cognito). */
export interface ClientRegistry {
  /** A client of the `client_credentials` grant with one secret that nobody has seen. Found again by name. */
  create(client: {
    readonly name: string;
    readonly scopes: readonly string[];
  }): Promise<{ readonly clientId: string }>;
  /** Lists the pool, which is slow and rationed: only after an unknown outcome. */
  findByName(name: string): Promise<{ readonly clientId: string } | undefined>;
  /** A client that is not there is `NotFound`. */
  delete(clientId: string): Promise<void>;
}

/** API keys and usage plans of the gateway (API Gateway control plane). */
export interface GatewayKeys {
  /** Found again by name. A value that another key has is `Conflict`. */
  create(key: { readonly name: string; readonly value: string }): Promise<{ readonly keyId: string }>;
  findByName(name: string): Promise<{ readonly keyId: string } | undefined>;
  /** Idempotent. An unknown plan is `NotFound`. */
  attachToPlan(keyId: string, planName: string): Promise<void>;
  /** Also takes it off its plans. A key that is not there is `NotFound`. */
  delete(keyId: string): Promise<void>;
}
