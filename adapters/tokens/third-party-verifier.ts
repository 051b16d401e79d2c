import { compactVerify } from 'jose';
import type { Issuer, TrustedKey } from '../../core/trust/records.ts';
import { checkThirdPartyToken, keysFor, type DecodedToken } from '../../core/trust/token-rules.ts';
import type {
  CheckSample,
  VerificationResult,
  VerifyThirdPartyToken,
} from '../../core/trust/verification.ts';
import { mostCharacters, partsOf } from './token-parts.ts';

/** The syntax of issuers that may be registered. */
const issuerSyntax = /^[\x20-\x7e]{1,512}$/u;

/**
 * Verifies a third party's JWT against its record in the trust registry. Calls, assertions, browser sessions
 * and samples all use this function. It fetches nothing that the token names, and takes no key from the
 * token.
 */
export const verifyThirdPartyToken: VerifyThirdPartyToken = async (token, issuer, now) => {
  const parts = partsOf(token);
  if (parts === undefined) {
    return {
      accepted: false,
      rule: 'malformed',
      why: `A token is a JWS in compact form, of two JSON objects, ${mostCharacters} characters at most.`,
    };
  }
  return verifyParts(token, parts, issuer, now);
};

/** Verifies a decoded third-party token in the same way. */
export async function verifyParts(
  token: string,
  parts: DecodedToken,
  issuer: Issuer | undefined,
  now: Date,
): Promise<VerificationResult> {
  const keys = issuer === undefined ? [] : keysFor(parts, issuer.keys, now);
  const signingKey = 'rule' in keys ? undefined : await findSigningKey(token, keys);
  return checkThirdPartyToken(parts, issuer, signingKey, now);
}

/** Checks a sample token as if the issuer were active. Returns the first rule that rejects it, if any. */
export const checkSample: CheckSample = (token, issuer, now) =>
  verifyThirdPartyToken(token, { ...issuer, status: 'active' }, now);

/**
 * Returns the issuer that a token claims. It is unverified, so use it only to look up the issuer's record.
 */
export function claimedIssuer(token: string): string | undefined {
  const parts = partsOf(token);
  return parts && issuerIn(parts);
}

/** Returns the `iss` of a decoded token if it has the syntax of an issuer. */
export function issuerIn({ claims: { iss } }: DecodedToken): string | undefined {
  return typeof iss === 'string' && issuerSyntax.test(iss) ? iss : undefined;
}

/** Returns the key that verifies the token. Each key is tried with its own algorithm only. */
async function findSigningKey(token: string, keys: readonly TrustedKey[]): Promise<TrustedKey | undefined> {
  for (const key of keys) {
    // jose freezes the JWK and caches the imported key for the lifetime of that object.
    const verified = await compactVerify(token, key.jwk, { algorithms: [key.algorithm] }).then(
      () => true,
      () => false,
    );
    if (verified) return key;
  }
  return undefined;
}
