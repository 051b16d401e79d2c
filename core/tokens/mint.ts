import type { Clock } from '../clock.ts';
import { secondsAfter } from '../clock.ts';
import { contractEnd } from '../contracts/in-force.ts';
import type { Actor } from '../trust/token-limits.ts';
import type { ActiveClient } from './client-authentication.ts';
import { assertCheck } from './oauth-error.ts';
import type { SignInClaims, TokenSigner } from './ports.ts';
import type { TokenResponse } from './token-request.ts';

/** What is needed to sign our own access tokens. */
export interface MintDependencies {
  readonly signer: TokenSigner;
  /** The `iss` of our tokens and their default audience: the public address that partners know. */
  readonly issuer: string;
  readonly clock: Clock;
  readonly newId: () => string;
}

const maxLifetimeSeconds = 15 * 60;

/** `scope = scope-token *( SP scope-token )`, RFC 6749 §3.3. */
const scopeSyntax = /^[\x21\x23-\x5B\x5D-\x7E]+(?: [\x21\x23-\x5B\x5D-\x7E]+)*$/u;

/**
 * Checks that a requested `scope` has the syntax of RFC 6749 §3.3 and at most 4096 characters.
 * @throws {OAuthError} `invalid_scope`
 */
export function checkScopeSyntax(scope: string | undefined): void {
  assertCheck(
    'scope_syntax',
    scope === undefined || (scope.length <= 4096 && scopeSyntax.test(scope)),
    'invalid_scope',
    'scope must be tokens separated by single spaces',
  );
}

/**
 * Narrows the allowed scopes to the requested ones. Without a request, all allowed scopes are returned.
 * @throws {OAuthError} `invalid_scope` if a requested scope is not allowed, or if there is none at all
 */
export function narrowScopes(requested: string | undefined, allowed: readonly string[]): readonly string[] {
  checkScopeSyntax(requested);
  const scopes = requested === undefined ? allowed : [...new Set(requested.split(' '))];
  assertCheck(
    'scope',
    scopes.length > 0 && scopes.every((scope) => allowed.includes(scope)),
    'invalid_scope',
    'a scope is asked for that was not granted',
  );
  return scopes;
}

/** Returns a moment as tokens have it: whole seconds since 1970. */
export const epochSeconds = (at: Date): number => Math.floor(at.getTime() / 1000);

/** Returns the claims of a token that say what sign-in it stands on. */
export const signInMembers = ({ sid, authenticatedAt, acr, partnerId, contractId }: SignInClaims) => ({
  sid,
  auth_time: epochSeconds(authenticatedAt),
  acr,
  partner_id: partnerId,
  contract_id: contractId,
});

/**
 * Signs an access token of our own (RFC 9068). It lives for at most 15 minutes, and never beyond the end of
 * the contract or `notAfter`.
 * @throws {OAuthError} `invalid_grant` if the contract or `notAfter` leaves no time for the token
 */
export async function mint(
  { signer, issuer, clock, newId }: MintDependencies,
  { clientId, contract }: ActiveClient,
  {
    subject,
    scopes,
    audience = issuer,
    notAfter,
    originClientId,
    act,
    mayAct,
    signIn,
  }: {
    readonly subject: string;
    readonly scopes: readonly string[];
    readonly audience?: string | readonly string[];
    readonly notAfter?: Date;
    /** The client that the subject's own token was issued to, if that is another one. */
    readonly originClientId?: string | undefined;
    /** Who acts for the subject (RFC 8693 §4.1). */
    readonly act?: Actor | undefined;
    /** Who alone may act for the subject (RFC 8693 §4.4). */
    readonly mayAct?: Actor | undefined;
    /** Present if a person has signed in for it. */
    readonly signIn?: SignInClaims | undefined;
  },
): Promise<TokenResponse> {
  const now = clock.now();
  const expiries = [secondsAfter(now, maxLifetimeSeconds)];
  const end = contractEnd(contract);
  if (end !== undefined) expiries.push(end);
  if (notAfter !== undefined) expiries.push(notAfter);
  const earliestExpiry = new Date(Math.min(...expiries.map((expiry) => expiry.getTime())));
  const iat = epochSeconds(now);
  const exp = epochSeconds(earliestExpiry);
  assertCheck('time_left', exp > iat, 'invalid_grant', 'what the token would stand on is over');
  const scope = scopes.join(' ');
  const access_token = await signer.sign({
    iss: issuer,
    sub: subject,
    client_id: clientId,
    aud: audience,
    iat,
    exp,
    jti: newId(),
    scope,
    ...(originClientId !== undefined && { origin_client_id: originClientId }),
    ...(act !== undefined && { act }),
    ...(mayAct !== undefined && { may_act: mayAct }),
    ...(signIn !== undefined && signInMembers(signIn)),
  });
  return { access_token, token_type: 'Bearer', expires_in: exp - iat, scope };
}
