import type { Issuer } from '../trust/records.ts';
import type { TokenResponse } from './token-request.ts';
import type { ThirdPartyToken, TokenRule } from '../trust/verification.ts';

/** What the grants need of the outside world. */

/** Signs with the key that signs at present. */
export interface TokenSigner {
  /** A compact JWS: RS256, `typ` `at+jwt`, `kid`. */
  sign(claims: Readonly<Record<string, unknown>>): Promise<string>;
}

/** Whoever knows the clients' secrets and signs their tokens (Cognito). */
export interface ClientCredentialsIssuer {
  /**
   * @param scope as asked for; all that the client was granted if absent
   * @throws {OAuthError} `invalid_client`, `invalid_scope`, …
   */
  issue(
    client: { readonly clientId: string; readonly clientSecret: string },
    scope: string | undefined,
  ): Promise<TokenResponse>;
}

/** Whoever keeps the clients' secrets (Cognito). */
export interface ClientSecretVerifier {
  verify(clientId: string, clientSecret: string): Promise<boolean>;
}

/** Tokens that clients sign to show who they are (RFC 7523 §2.2). */
export interface ClientAssertions {
  /** Nothing unless one of the client's keys signed it, `iss` and `sub` are its id, `aud` is us, and it is short-lived. */
  verify(
    assertion: string,
  ): Promise<{ readonly clientId: string; readonly jti: string; readonly expiresAt: Date } | undefined>;
}

/** What a verified access token of ours or of Cognito's says. */
export interface AccessToken {
  readonly clientId: string;
  /** The user, or the client itself. */
  readonly subject: string;
  readonly scopes: readonly string[];
  /** Absent from Cognito's: its machine tokens have none. */
  readonly audiences?: readonly string[];
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  /** RFC 8693 §4.1, as it stands in the token. */
  readonly act?: Readonly<Record<string, unknown>>;
  /** RFC 8693 §4.4. */
  readonly mayAct?: Readonly<Record<string, unknown>>;
  /** Of {@link DenialList}. */
  readonly digest: string;
  readonly issuer: string;
}

/** Access tokens of Cognito's and of our own. */
export interface AccessTokens {
  /** What a token says that verifies and is not denied, or the rule that refused it. */
  verify(token: string): Promise<AccessToken | { readonly refusedBy: TokenRule | 'revoked' }>;
}

/** Third parties' tokens, by the trust registry. */
export interface ThirdPartyTokens {
  /** What a token says whose issuer is trusted, or the rule that refused it. */
  verify(
    token: string,
  ): Promise<
    { readonly issuer: Issuer; readonly token: ThirdPartyToken } | { readonly refusedBy: TokenRule }
  >;
}

/** Public keys that clients authenticate with (RFC 7523 §2.2), as JWKs. */
export interface ClientKeys {
  keysOf(clientId: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** Ids of tokens that may be used once. */
export interface UsedJtis {
  /** False if it was burnt before. Kept until `until` at least. */
  consume(issuer: string, id: string, until: Date): Promise<boolean>;
}

/** Tokens that are denied although they verify. A token is known by the SHA-256 of its signed part, which nobody can vary. */
export interface DenialList {
  deny(token: Pick<AccessToken, 'clientId' | 'digest' | 'expiresAt'>): Promise<void>;
  isDenied(digest: string): Promise<boolean>;
}

/** Who a user id and a password belong to (Okta). */
export interface PasswordLogin {
  /** Nothing for a wrong password, an unknown user, or one who needs a second factor. */
  verify(
    userId: string,
    password: string,
  ): Promise<{ readonly userId: string; readonly partnerId: string } | undefined>;
}

/** Users that an onboarding made, by partner and user id. */
export interface LocalUsers {
  isActive(partnerId: string, userId: string): Promise<boolean>;
}

/** Counts tries in a window of time. */
export interface AttemptLimit {
  /** Counts one before it is made, so that tries at once cannot slip through. False if there have been too many. */
  take(what: string): Promise<boolean>;
  /** It was none: it went well, or nobody could tell. */
  refund(what: string): Promise<void>;
}

/** How often, and when last, a client used a grant. */
export interface GrantUse {
  count(clientId: string, grantType: string): Promise<void>;
}
