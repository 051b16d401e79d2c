/**
 * The vendors' APIs as the onboarding steps see them. Every method may throw the errors of `core/errors.ts`.
 * Each method with an effect says how that effect is found again after `OutcomeUnknown`.
 */

/** A person in the partner directory. */
export interface DirectoryUser {
  readonly userId: string;
  readonly login: string;
  readonly email: string;
  /**
   * True unless the user is suspended or deactivated. The user can sign in, or will be able to after
   * activation.
   */
  readonly active: boolean;
  /** ISO 8601, by the directory's clock: since when the user has been in its present state. */
  readonly since: string;
  /** The partner that the profile was created for. Absent if Sallyport did not create the profile. */
  readonly partnerId?: string;
  /** The onboarding that created the profile: its ownership mark. */
  readonly onboardingId?: string;
}

/** The attributes of a user that is to be created. */
export interface NewDirectoryUser {
  readonly login: string;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly telephone: string;
  readonly partnerId: string;
  readonly onboardingId: string;
}

/** The directory of partners' users and their groups. */
export interface UserDirectory {
  findByLogin(login: string): Promise<DirectoryUser | undefined>;
  /**
   * Creates and activates a user. The directory itself mails the activation link. The user is found again by login and
   * ownership mark.
   * @throws {Conflict} if the login is taken
   */
  create(user: NewDirectoryUser, groupIds: readonly string[]): Promise<DirectoryUser>;
  /**
   * Deactivates and deletes a user, whatever its state.
   * @throws {NotFound} if there is no such user
   */
  delete(userId: string): Promise<void>;
  /**
   * Returns the id of the group with exactly this name.
   * @throws {NotFound} if there is none
   */
  groupIdByName(name: string): Promise<string>;
  groupIdsOf(userId: string): Promise<readonly string[]>;
  /** Idempotent. */
  addToGroup(userId: string, groupId: string): Promise<void>;
  /** Idempotent. */
  removeFromGroup(userId: string, groupId: string): Promise<void>;
}

/** The partners' clients, which get access tokens with a secret. */
export interface ClientRegistry {
  /**
   * Creates a client for the `client_credentials` grant. Nobody has seen its one secret. It is found again by
   * name.
   */
  create(client: {
    readonly name: string;
    readonly scopes: readonly string[];
  }): Promise<{ readonly clientId: string }>;
  /** Lists the whole pool, which is slow and rate-limited. Call it only after an unknown outcome. */
  findByName(name: string): Promise<{ readonly clientId: string } | undefined>;
  /**
   * Deletes a client.
   * @throws {NotFound} if there is no such client
   */
  delete(clientId: string): Promise<void>;
}

/** The API keys and usage plans of API Gateway (its control plane). */
export interface GatewayKeys {
  /**
   * Creates a key. It is found again by name.
   * @throws {Conflict} if another key has this value
   */
  create(key: { readonly name: string; readonly value: string }): Promise<{ readonly keyId: string }>;
  findByName(name: string): Promise<{ readonly keyId: string } | undefined>;
  /**
   * Adds a key to a usage plan. Idempotent.
   * @throws {NotFound} if there is no such plan
   */
  attachToPlan(keyId: string, planName: string): Promise<void>;
  /**
   * Deletes a key, and removes it from its usage plans.
   * @throws {NotFound} if there is no such key
   */
  delete(keyId: string): Promise<void>;
}
