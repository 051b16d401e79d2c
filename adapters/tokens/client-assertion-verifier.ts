import { createLocalJWKSet, decodeJwt, errors, type JWK, jwtVerify } from 'jose';
import * as z from 'zod/mini';
import { oncePer } from '../../core/authorization/remembered.ts';
import { type Clock, secondsAfter } from '../../core/clock.ts';
import { trustedAlgorithms } from '../../core/trust/records.ts';
import type { ClientAssertions, ClientKeys } from '../../core/tokens/ports.ts';

/** RFC 7523 §3 calls for a short life, without a number. */
const longestLife = 5 * 60;
const clockSkew = 60;

/** Made once for as long as the same keys are given: importing them is dearer than checking a signature. */
const keySetOf = oncePer((keys: readonly Readonly<Record<string, unknown>>[]) => createLocalJWKSet({ keys: keys.map((key): JWK => ({ ...key })) }));

const claimsSchema = z.object({ sub: z.string(), jti: z.string().check(z.minLength(1), z.maxLength(256)), exp: z.number() });

/**
 * `private_key_jwt`, RFC 7523 §2.2 and §3: signed by a key that is registered for the client that `iss` and `sub`
 * name, meant for us and for nobody else, at most five minutes ahead of its end.
 * @param audience our issuer identifier, and the one `aud`
 */
export function createClientAssertions({ clientKeys, audience, clock }: {
  readonly clientKeys: ClientKeys;
  readonly audience: string;
  readonly clock: Clock;
}): ClientAssertions {
  return {
    verify: async (assertion) => {
      try {
        const { sub: clientId } = decodeJwt(assertion);
        if (clientId === undefined || clientId.length > 128) return undefined;
        const keys = await clientKeys.keysOf(clientId);
        const { payload } = await jwtVerify(assertion, keySetOf(keys), {
          algorithms: [...trustedAlgorithms], issuer: clientId, subject: clientId, audience,
          requiredClaims: ['exp', 'jti'], currentDate: clock.now(), clockTolerance: clockSkew,
        });
        const claims = claimsSchema.safeParse(payload);
        // Several audiences would let another server use it here.
        if (!claims.success || payload.aud !== audience) return undefined;
        const expiresAt = new Date(claims.data.exp * 1000);
        if (expiresAt > secondsAfter(clock.now(), longestLife + clockSkew)) return undefined;
        // Burnt for as long as it could be accepted.
        return { clientId, jti: claims.data.jti, expiresAt: secondsAfter(expiresAt, clockSkew) };
      } catch (error) {
        if (error instanceof errors.JOSEError || error instanceof TypeError) return undefined;
        throw error;
      }
    },
  };
}
