import { createRemoteJWKSet, errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import * as z from 'zod/mini';
import type { AccessTokenClaims } from '../../core/authorization/authorize.ts';
import type { Clock } from '../../core/clock.ts';
import { Unavailable } from '../../core/errors.ts';

export interface VerifiedToken extends AccessTokenClaims {
  readonly expiresAt: Date;
}

/** Cognito's machine tokens have no audience: the client id takes its place, and is checked against the mapping. */
const claimsSchema = z.object({
  token_use: z.literal('access'),
  client_id: z.string().check(z.minLength(1)),
  scope: z.string(),
  exp: z.number(),
});

/**
 * Verifies access tokens of one pinned issuer: signature (RS256 only), times, issuer, `token_use`.
 * https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html
 * @returns nothing for a bad token
 * @throws {Unavailable} if the issuer's keys cannot be had: that says nothing about the token
 */
export function createAccessTokenVerifier(
  { issuer, clock, keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`)) }:
  { readonly issuer: string; readonly clock: Clock; readonly keys?: JWTVerifyGetKey },
): (token: string) => Promise<VerifiedToken | undefined> {
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, keys, { issuer, algorithms: ['RS256'], currentDate: clock.now() });
      const claims = claimsSchema.safeParse(payload);
      if (!claims.success) return undefined;
      const { client_id: clientId, scope, exp } = claims.data;
      return { clientId, scopes: scope.split(' ').filter((each) => each !== ''), expiresAt: new Date(exp * 1000) };
    } catch (error) {
      if (isAboutTheKeys(error)) throw new Unavailable({ service: 'cognito', operation: 'GetKeys', detail: 'the key set cannot be read', cause: error });
      return undefined;
    }
  };
}

/** jose words everything about a token as a JOSEError; so does it a key set that is slow or broken. */
function isAboutTheKeys(error: unknown): boolean {
  if (!(error instanceof errors.JOSEError)) return true;
  return error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid || error.code === 'ERR_JOSE_GENERIC';
}
