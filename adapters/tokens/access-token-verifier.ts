import { errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import type { AccessTokenClaims } from '../../core/authorization/authorize.ts';
import type { Clock } from '../../core/clock.ts';
import { Unavailable } from '../../core/errors.ts';
import { createKeySet } from './key-set.ts';

export interface VerifiedToken extends AccessTokenClaims {
  readonly expiresAt: Date;
}

/**
 * Verifies access tokens of one pinned issuer: signature (RS256 only), times, issuer, `token_use`. Cognito's
 * machine tokens have no audience: the client id takes its place, and is checked against the mapping.
 * https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html
 * @returns nothing for a bad token
 * @throws {Unavailable} if the issuer's keys cannot be had: that says nothing about the token
 */
export function createAccessTokenVerifier(
  { issuer, clock, keys = createKeySet(new URL(`${issuer}/.well-known/jwks.json`), clock) }:
  { readonly issuer: string; readonly clock: Clock; readonly keys?: JWTVerifyGetKey },
): (token: string) => Promise<VerifiedToken | undefined> {
  return async (token) => {
    try {
      const { payload: { exp, token_use: use, client_id: clientId, scope } } = await jwtVerify<{ token_use: unknown; client_id: unknown; scope: unknown }>(
        token, keys, { issuer, algorithms: ['RS256'], currentDate: clock.now() },
      );
      if (use !== 'access' || typeof clientId !== 'string' || clientId === '' || typeof scope !== 'string' || exp === undefined) return undefined;
      return { clientId, scopes: scope.split(' ').filter((each) => each !== ''), expiresAt: new Date(exp * 1000) };
    } catch (error) {
      if (isAboutTheKeys(error)) throw new Unavailable({ service: 'cognito', operation: 'GetKeys', detail: 'the key set cannot be read', cause: error });
      return undefined;
    }
  };
}

/** jose words everything about a token as a JOSEError; so does it a key set that is broken. */
function isAboutTheKeys(error: unknown): boolean {
  return !(error instanceof errors.JOSEError) || error instanceof errors.JWKSInvalid;
}
