import { compactVerify, createLocalJWKSet, errors, type JWK } from 'jose';
import { memoize } from '../../core/cache.ts';
import type { Clock } from '../../core/clock.ts';
import { trustedAlgorithms } from '../../core/trust/records.ts';
import {
  checkClientAssertion,
  claimedClient,
  keysInForce,
} from '../../core/tokens/client-assertion-rules.ts';
import type { AssertionChecks, ClientAssertions, ClientKeys } from '../../core/tokens/ports.ts';
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
}): ClientAssertions & Pick<AssertionChecks, 'checkOfClient'> {
  const checkOfClient: AssertionChecks['checkOfClient'] = async (assertion) => {
    const parts = partsOf(assertion);
    // The unverified `sub` only serves to look up the keys.
    const clientId = claimedClient(parts);
    if (parts === undefined || clientId === undefined) return 'unsigned';
    const now = clock.now();
    const keys = keysInForce(await clientKeys.keysOf(clientId), now);
    return (await isSignedBy(assertion, keys))
      ? checkClientAssertion(parts, clientId, audience, now)
      : 'unsigned';
  };
  return {
    checkOfClient,
    verify: async (assertion) => {
      const checked = await checkOfClient(assertion);
      return checked === 'unsigned' || 'rule' in checked ? undefined : checked;
    },
  };
}

/** Tells whether one of the keys made the signature. If the assertion names no key, only one may fit. */
async function isSignedBy(
  assertion: string,
  keys: readonly Readonly<Record<string, unknown>>[],
): Promise<boolean> {
  try {
    await compactVerify(assertion, keySetOf(keys), { algorithms: [...trustedAlgorithms] });
    return true;
  } catch (error) {
    if (error instanceof errors.JOSEError) return false;
    throw error;
  }
}
