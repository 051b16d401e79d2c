import type { Actor } from '../trust/token-limits.ts';
import type { ClientAssertion, ClientAssertionRefusal } from './client-assertion-rules.ts';
import type { Issuer } from '../trust/records.ts';
import type { TokenResponse } from './token-request.ts';
import type { ThirdPartyToken, TokenRule } from '../trust/verification.ts';

/** The ports of the OAuth endpoints: what they need from other systems. */

/** Signs tokens with the key that is currently used for signing. */
export interface TokenSigner {
  /** Returns a compact JWS, signed with RS256, with a `kid` and the `typ` of this kind of token. */
  sign(claims: Readonly<Record<string, unknown>>): Promise<string>;
}

/** Issues tokens to clients that authenticate by secret. */
export interface ClientCredentialsIssuer {
  /**
   * Authenticates the client by its secret and issues an access token.
   * @param scope the requested scopes; if absent, all scopes that the client was granted
   * @throws {OAuthError} `invalid_client`, `invalid_scope`, …
   */
  issue(
    client: { readonly clientId: string; readonly clientSecret: string },
    scope: string | undefined,
  ): Promise<TokenResponse>;
}

/** Verifies clients' secrets. */
export interface ClientSecretVerifier {
  verify(clientId: string, clientSecret: string): Promise<boolean>;
}

/** Verifies the assertions that clients authenticate with (RFC 7523 §2.2). */
export interface ClientAssertions {
  /**
   * Returns undefined unless the assertion is signed by one of the client's keys, its `iss` and `sub` are the
   * client's id, its `aud` is our address, and it is short-lived.
   */
  verify(assertion: string): Promise<ClientAssertion | undefined>;
}

/** Checks assertions for whoever has signed them. Nothing is consumed, and `unsigned` says nothing about keys. */
export interface AssertionChecks {
  /** Checks an assertion that a client authenticates with. */
  checkOfClient(assertion: string): Promise<ClientAssertion | ClientAssertionRefusal | 'unsigned'>;
  /** Checks a third party's assertion. Its issuer has to be switched on. */
  checkOfThirdParty(
    assertion: string,
  ): Promise<
    | { readonly issuer: Issuer; readonly token: ThirdPartyToken }
    | { readonly rule: TokenRule; readonly why: string }
    | 'unsigned'
  >;
}

/** What a token says of the sign-in that it stands on. */
export interface SignInClaims {
  readonly sid: string;
  readonly authenticatedAt: Date;
  readonly acr: string;
  /** The partner whose user it is, and the contract that the user's access stands on. */
  readonly partnerId: string;
  readonly contractId: string;
}

/** The claims of a verified access token, issued by us or by the user pool. */
export interface AccessToken {
  readonly clientId: string;
  /** The user's id, or the client's id if the client acts for itself. */
  readonly subject: string;
  readonly scopes: readonly string[];
  /** Absent from the pool's tokens: Cognito's machine tokens have no audience. */
  readonly audiences?: readonly string[];
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  /** The client that the subject's own token was issued to, if this token was exchanged for another client's. */
  readonly originClientId?: string;
  /** The actor (RFC 8693 §4.1), as it stands in the token. */
  readonly act?: Actor;
  /** Who may act for the subject (RFC 8693 §4.4). */
  readonly mayAct?: Actor;
  /** The sign-in that it stands on, if a person has signed in for it. */
  readonly signIn?: SignInClaims;
  /** The digest by which {@link DenialList} knows the token. */
  readonly digest: string;
  readonly issuer: string;
}

/** Verifies access tokens of the pool's and of our own. */
export interface AccessTokens {
  /** Returns the claims of a token that verifies and is not denied, or else the rule that refused it. */
  verify(token: string): Promise<AccessToken | { readonly refusedBy: TokenRule | 'revoked' }>;
}

/** Verifies third parties' tokens against the trust registry. */
export interface ThirdPartyTokens {
  /**
   * Returns the token and its issuer's record if the issuer is trusted and the token is not revoked, or else
   * the rule that refused it.
   */
  verify(
    token: string,
  ): Promise<
    | { readonly issuer: Issuer; readonly token: ThirdPartyToken }
    | { readonly refusedBy: TokenRule | 'revoked' }
  >;
}

/** A token as it is put on the denial list. */
export type DeniableToken = Pick<AccessToken, 'clientId' | 'digest' | 'expiresAt'>;

/** Reads third parties' tokens that are to be revoked. */
export interface RevocableTokens {
  /**
   * Returns the token, with its issuer's client, if a key of the issuer has signed it. A token counts that is
   * not valid yet, or whose issuer is suspended, because it may be accepted later.
   */
  find(token: string): Promise<DeniableToken | undefined>;
}

/** Reads the public keys that clients authenticate with (RFC 7523 §2.2), as JWKs. */
export interface ClientKeys {
  keysOf(clientId: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** Records the `jti` of tokens that may be used once. */
export interface UsedJtis {
  /**
   * Consumes an id. It is kept at least until `until`.
   * @returns false if it was consumed before
   */
  consume(issuer: string, id: string, until: Date): Promise<boolean>;
}

/**
 * The tokens that are denied although they verify. A token is known by the SHA-256 of its signed part,
 * because nobody can vary that part.
 */
export interface DenialList {
  deny(token: DeniableToken): Promise<void>;
  isDenied(digest: string): Promise<boolean>;
}

/** The Cognito identity pool of the stage. */
export interface IdentityPool {
  /**
   * Returns a token of the pool for a user, with the partner as a principal tag, and the user's identity there. The
   * same user always has the same identity. Nobody can revoke the token.
   * @param seconds how long it lives, at least 1
   * @throws {StepError}
   */
  issueToken(
    user: { readonly userId: string; readonly partnerId: string },
    seconds: number,
  ): Promise<{ readonly identityId: string; readonly token: string }>;
}

/** Verifies users' passwords. */
export interface PasswordLogin {
  /** Returns undefined for a wrong password, an unknown user, or a user who needs a second factor. */
  verify(
    userId: string,
    password: string,
  ): Promise<{ readonly userId: string; readonly partnerId: string } | undefined>;
}

/** Limits the number of attempts within any period of a given length. */
export interface AttemptLimit {
  /**
   * Counts an attempt before it is made, so that simultaneous attempts cannot exceed the limit.
   * @returns false if there were too many
   */
  take(what: string): Promise<boolean>;
  /** Takes an attempt off the count again, because it succeeded or because its outcome is unknown. */
  refund(what: string): Promise<void>;
}

/** Counts how often a client used a grant, and records when it last did. */
export interface GrantUse {
  count(clientId: string, grantType: string): Promise<void>;
}
