import { errors, jwtVerify } from 'jose';
import * as z from 'zod/mini';
import type { Clock } from '../../core/clock.ts';
import { Unavailable } from '../../core/errors.ts';
import type { IdTokenHints } from '../../core/federation/logout.ts';
import { createKeySet, type ReadKeySet } from './key-set.ts';
import { mostCharacters } from './token-parts.ts';

const text = z.string().check(z.minLength(1));
const idToken = z.object({ aud: text, sub: text, sid: text });

/**
 * Creates the reader of our own ID tokens that applications send back (OpenID Connect RP-Initiated Logout 1.0 §2). It
 * takes what a published key of ours has signed with `typ` `JWT`, so no access token passes.
 * @throws {Unavailable} if our keys cannot be read, which says nothing about the token
 */
export function createIdTokenHints({
  issuer,
  clock,
  readKeys = createKeySet(new URL(`${issuer}/.well-known/jwks.json`), clock),
}: {
  readonly issuer: string;
  readonly clock: Clock;
  readonly readKeys?: ReadKeySet;
}): IdTokenHints {
  return {
    read: async (token) => {
      if (token.length > mostCharacters) return undefined;
      try {
        const { choose } = await readKeys();
        const { payload } = await jwtVerify(token, choose, {
          issuer,
          typ: 'JWT',
          algorithms: ['RS256'],
          // An ID token that has expired is a good hint, so it is read as of a time at which none has.
          currentDate: new Date(0),
        });
        const { data } = idToken.safeParse(payload);
        return data && { clientId: data.aud, userId: data.sub, sid: data.sid };
      } catch (error) {
        if (error instanceof errors.JOSEError && !(error instanceof errors.JWKSInvalid)) return undefined;
        throw new Unavailable({
          service: 'sallyport',
          operation: 'GetKeys',
          detail: 'the key set cannot be read',
          cause: error,
        });
      }
    },
  };
}
