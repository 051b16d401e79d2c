import type { Clock } from '../clock.ts';
import type { Actor } from '../trust/token-limits.ts';

import { assertCheck } from './oauth-error.ts';
import type { IdentityPool, SignInClaims } from './ports.ts';
import type { TokenAnswer } from './token-request.ts';

/**
 * Returns the identifier of the tokens that the stage's identity pool issues (RFC 8693 §3). It is below the
 * issuer, so nobody else's identifier is the same.
 */
export const identityPoolTokenType = (issuer: string): string => `${issuer}/token-types/identity-pool`;

/** Seconds. AWS cannot revoke a token of an identity pool, so none lives longer. */
const maxLifetimeSeconds = 15 * 60;

/** What a verified subject token says, as far as an identity pool's token depends on it. */
export interface SubjectOfPoolToken {
  /** The user's id. */
  readonly subject: string;
  /** The client that the user's own token was issued to. */
  readonly originClientId?: string;
  readonly limits: { readonly act?: Actor };
  readonly signIn?: SignInClaims;
  /** When the token ends, or what it stands on. */
  readonly expiresAt: Date;
}

/**
 * Checks the other parameters of a request for a token of the identity pool. The token is for AWS alone, and has no
 * scopes, because AWS decides by the role that it gives to the identity.
 * @param acceptedType the only type of subject token that is accepted
 * @throws {OAuthError}
 */
export function checkPoolTokenParameters(
  parameters: ReadonlyMap<string, string>,
  acceptedType: string,
): void {
  assertCheck(
    'pool_subject_token_type',
    parameters.get('subject_token_type') === acceptedType,
    'invalid_request',
    `for this requested_token_type, subject_token_type must be ${acceptedType}`,
  );
  assertCheck('pool_scope', !parameters.has('scope'), 'invalid_scope', 'a token of this type has no scopes');
  assertCheck(
    'pool_audience',
    !parameters.has('audience') && !parameters.has('resource'),
    'invalid_target',
    'a token of this type is for the identity pool alone',
  );
}

/**
 * Exchanges the access token that an application got when a person signed in for a token of the stage's Cognito
 * identity pool (FED-5). It lives for at most 15 minutes, and never beyond the subject token and what that stands on.
 * A token that was exchanged before is refused, because it may have been narrowed.
 * @throws {OAuthError}
 */
export async function issuePoolToken(
  {
    identityPool,
    issuer,
    clock,
  }: { readonly identityPool: IdentityPool; readonly issuer: string; readonly clock: Clock },
  clientId: string,
  { subject, originClientId, limits, signIn, expiresAt }: SubjectOfPoolToken,
): Promise<TokenAnswer> {
  assertCheck(
    'pool_subject',
    signIn !== undefined && originClientId === clientId && limits.act === undefined,
    'invalid_request',
    'the subject token must be the one that the application got when a person signed in',
  );
  const secondsLeft = Math.floor((expiresAt.getTime() - clock.now().getTime()) / 1000);
  assertCheck('pool_time_left', secondsLeft >= 1, 'invalid_grant', 'what the token would stand on is over');
  const lifetime = Math.min(secondsLeft, maxLifetimeSeconds);
  const { partnerId, sid } = signIn;
  const { identityId, token } = await identityPool.issueToken({ userId: subject, partnerId }, lifetime);
  return {
    token: {
      access_token: token,
      issued_token_type: identityPoolTokenType(issuer),
      // RFC 8693 §2.2.1: it is no access token, so it is not used as one.
      token_type: 'N_A',
      expires_in: lifetime,
      identity_id: identityId,
    },
    logged: { clientId, sid, identityId },
  };
}
