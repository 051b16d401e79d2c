import { createLocalJWKSet, errors, type JWK, jwtVerify } from 'jose';
import * as z from 'zod/mini';
import { memoize } from '../../core/cache.ts';
import { type Clock, secondsAfter } from '../../core/clock.ts';
import { trustedAlgorithms } from '../../core/trust/records.ts';
import type { ClientAssertions, ClientKeys } from '../../core/tokens/ports.ts';
import { partsOf } from './token-parts.ts';

/** RFC 7523 §3 calls for a short life, without a number. */
const longestLife = 5 * 60;
const clockSkew = 60;

/** A token made for something else says so (RFC 8725 §3.11). */
const types = z.optional(z.string().check(z.regex(/^(?:application\/)?(?:client-authentication\+)?jwt$/iu)));
/** RFC 6749 appendix A.1; Cognito's have 128 characters at most. */
const clientIds = z.string().check(z.regex(/^[\x20-\x7e]{1,128}$/u));
const claimsSchema = z.object({
  jti: z.string().check(z.minLength(1), z.maxLength(256)),
  exp: z.number(),
  iat: z.optional(z.number()),
});

/** To read keys takes longer than to verify by them. */
const keySetOf = memoize((keys: readonly Readonly<Record<string, unknown>>[]) =>
  createLocalJWKSet({ keys: keys.map((key): JWK => ({ ...key })) }),
);

/**
 * `private_key_jwt`, RFC 7523 §2.2 and §3: signed by a key that is registered for the client that `iss` and `sub`
 * name, meant for us and for nobody else, at most five minutes ahead of its end.
 * @param audience our issuer identifier, and the one `aud`
 */
export function createClientAssertions({
  clientKeys,
  audience,
  clock,
}: {
  readonly clientKeys: ClientKeys;
  readonly audience: string;
  readonly clock: Clock;
}): ClientAssertions {
  return {
    verify: async (assertion) => {
      // Whose keys to look up, and for nothing else.
      const clientId = clientIds.safeParse(partsOf(assertion)?.claims['sub']).data;
      if (clientId === undefined) return undefined;
      const now = clock.now();
      const registered = await clientKeys.keysOf(clientId);
      const keys = registered.every(isInForce(now)) ? registered : registered.filter(isInForce(now));
      try {
        const {
          payload,
          protectedHeader: { typ },
        } = await jwtVerify(assertion, keySetOf(keys), {
          algorithms: [...trustedAlgorithms],
          issuer: clientId,
          subject: clientId,
          audience,
          requiredClaims: ['exp', 'jti'],
          currentDate: now,
          clockTolerance: clockSkew,
        });
        const claims = claimsSchema.safeParse(payload).data;
        // Several audiences would let another server use it here.
        if (claims === undefined || payload.aud !== audience || !types.safeParse(typ).success) {
          return undefined;
        }
        const expiresAt = new Date(claims.exp * 1000);
        // Neither is true of a time that is too large for a Date.
        const isShortLived = expiresAt <= secondsAfter(now, longestLife + clockSkew);
        const isIssued = new Date((claims.iat ?? 0) * 1000) <= secondsAfter(now, clockSkew);
        // Burnt for as long as it could be accepted.
        return isShortLived && isIssued
          ? { clientId, jti: claims.jti, expiresAt: secondsAfter(expiresAt, clockSkew) }
          : undefined;
      } catch (error) {
        if (error instanceof errors.JOSEError) return undefined;
        throw error;
      }
    },
  };
}

/** Of a key that came as a certificate, its end is kept. */
const isInForce =
  (now: Date) =>
  ({ notAfter }: Readonly<Record<string, unknown>>): boolean =>
    typeof notAfter !== 'string' || now < new Date(notAfter);
