import { createLocalJWKSet, errors, type JWK, jwtVerify } from 'jose';
import { memoize } from '../../core/cache.ts';
import type { Clock } from '../../core/clock.ts';
import {
  assertionRequirements,
  checkClientAssertion,
  claimedClient,
  keysInForce,
} from '../../core/tokens/client-assertion-rules.ts';
import type { ClientAssertions, ClientKeys } from '../../core/tokens/ports.ts';
import { partsOf } from './token-parts.ts';

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
      const clientId = claimedClient(partsOf(assertion));
      if (clientId === undefined) return undefined;
      const now = clock.now();
      const keys = keysInForce(await clientKeys.keysOf(clientId), now);
      try {
        const { payload, protectedHeader } = await jwtVerify(
          assertion,
          keySetOf(keys),
          assertionRequirements(clientId, audience, now),
        );
        const parts = { header: { ...protectedHeader }, claims: payload };
        return checkClientAssertion(parts, audience, now);
      } catch (error) {
        if (error instanceof errors.JOSEError) return undefined;
        throw error;
      }
    },
  };
}
