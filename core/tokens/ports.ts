/** What the grants need of the outside world. */

/** RFC 9068 claims of a token that Sallyport mints, beside `iss`, `iat` and `jti`. */
export interface MintedClaims {
  readonly sub: string;
  readonly client_id: string;
  readonly aud: string | readonly string[];
  /** Seconds since 1970. */
  readonly exp: number;
  readonly scope: string;
  readonly [other: string]: unknown;
}

/** Signs with the key that signs at present. */
export interface TokenSigner {
  /** A compact JWS: RS256, `typ` `at+jwt`, `kid`. */
  sign(claims: Readonly<Record<string, unknown>>): Promise<string>;
}

/** Whoever keeps the clients' secrets (Cognito). */
export interface ClientSecrets {
  isRight(clientId: string, clientSecret: string): Promise<boolean>;
}

/** Public keys that clients authenticate with (RFC 7523 §2.2), as JWKs. */
export interface ClientKeys {
  keysOf(clientId: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** Ids of tokens that may be used once. */
export interface UsedIds {
  /** False if it was burnt before. Kept until `until` at least. */
  burn(issuer: string, id: string, until: Date): Promise<boolean>;
}

/** Tokens that are denied although they verify. A token is known by the SHA-256 of its signed part, which nobody can vary. */
export interface DenialList {
  deny(digest: string, until: Date): Promise<void>;
  isDenied(digest: string): Promise<boolean>;
}

/** Who a user id and a password belong to (Okta). */
export interface PasswordLogin {
  /** Nothing for a wrong password, an unknown user, or one who needs a second factor. */
  verify(userId: string, password: string): Promise<{ readonly userId: string; readonly partnerId: string } | undefined>;
}

/** Users that an onboarding made, by partner and user id. */
export interface LocalUsers {
  isActive(partnerId: string, userId: string): Promise<boolean>;
}

/** Counts tries in a window of time. */
export interface TryLimit {
  /** Counts one. False if there have been too many. */
  take(what: string): Promise<boolean>;
}

/** How often, and when last, a client used a grant. */
export interface GrantUse {
  count(clientId: string, grantType: string): Promise<void>;
}
