import { createLocalJWKSet, errors, type JWK, jwtVerify } from 'jose';
import * as z from 'zod/mini';
import { memoize } from '../../core/cache.ts';
import { type Clock, secondsAfter } from '../../core/clock.ts';
import { trustedAlgorithms } from '../../core/trust/records.ts';
import type { ClientAssertions, ClientKeys } from '../../core/tokens/ports.ts';
import { partsOf } from './token-parts.ts';

/**
 * The longest accepted lifetime in seconds. RFC 7523 §3 asks for a short lifetime without giving a number.
 */
const maxLifetimeSeconds = 5 * 60;
const clockSkew = 60;

/**
 * The `typ` values that are accepted. A token made for another purpose has another `typ` (RFC 8725 §3.11).
 */
const types = z.optional(z.string().check(z.regex(/^(?:application\/)?(?:client-authentication\+)?jwt$/iu)));
/** The syntax of client ids (RFC 6749 appendix A.1). Those of Cognito have at most 128 characters. */
const clientIds = z.string().check(z.regex(/^[\x20-\x7e]{1,128}$/u));
const claimsSchema = z.object({
  jti: z.string().check(z.minLength(1), z.maxLength(256)),
  exp: z.number(),
  iat: z.optional(z.number()),
});

/** Importing keys takes longer than verifying with them, so imported sets are memoized. */
const keySetOf = memoize((keys: readonly Readonly<Record<string, unknown>>[]) =>
  createLocalJWKSet({ keys: keys.map((key): JWK => ({ ...key })) }),
);

/**
 * Creates the verifier of `private_key_jwt` assertions (RFC 7523 §2.2 and §3). The assertion must be signed
 * with a key registered for the client that `iss` and `sub` name. It must be meant for Sallyport alone, and
 * expire within five minutes.
 * @param audience our issuer identifier, the only accepted `aud`
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
      // The unverified `sub` only serves to look up the keys.
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
        // An assertion for several audiences could be replayed here by one of the other servers.
        if (claims === undefined || payload.aud !== audience || !types.safeParse(typ).success) {
          return undefined;
        }
        const expiresAt = new Date(claims.exp * 1000);
        // Both comparisons are false for a time that is too large for a Date.
        const isShortLived = expiresAt <= secondsAfter(now, maxLifetimeSeconds + clockSkew);
        const isIssued = new Date((claims.iat ?? 0) * 1000) <= secondsAfter(now, clockSkew);
        // The `jti` must be remembered for as long as the assertion would be accepted.
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

/** Returns whether a key is still valid. Keys that came with a certificate carry its `notAfter`. */
const isInForce =
  (now: Date) =>
  ({ notAfter }: Readonly<Record<string, unknown>>): boolean =>
    typeof notAfter !== 'string' || now < new Date(notAfter);
