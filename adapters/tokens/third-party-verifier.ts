import { compactVerify } from 'jose';
import type { Issuer, TrustedKey } from '../../core/trust/records.ts';
import { checkThirdPartyToken, keysFor, type DecodedToken } from '../../core/trust/token-rules.ts';
import type {
  CheckSample,
  VerificationResult,
  VerifyThirdPartyToken,
} from '../../core/trust/verification.ts';
import { mostCharacters, partsOf } from './token-parts.ts';

/** What may be registered. */
const issuerSyntax = /^[\x20-\x7e]{1,512}$/u;

/**
 * Verifies a third party's JWT against its record in the trust registry: the one way for a call, an assertion, a
 * browser session and a sample. Nothing that the token names is fetched, and no key comes from it.
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

/** The same for a token that has been taken apart. */
export async function verifyParts(
  token: string,
  parts: DecodedToken,
  issuer: Issuer | undefined,
  now: Date,
): Promise<VerificationResult> {
  const keys = issuer === undefined ? [] : keysFor(parts, issuer.keys, now);
  return checkThirdPartyToken(parts, issuer, 'rule' in keys ? undefined : await signer(token, keys), now);
}

/** Whether a sample would be believed, or the first rule that refuses it. */
export const checkSample: CheckSample = (token, issuer, now) =>
  verifyThirdPartyToken(token, { ...issuer, status: 'active' }, now);

/** The issuer that a token claims to be of: to look its record up by, and for nothing else. */
export function claimedIssuer(token: string): string | undefined {
  const parts = partsOf(token);
  return parts && issuerIn(parts);
}

export function issuerIn({ claims: { iss } }: DecodedToken): string | undefined {
  return typeof iss === 'string' && issuerSyntax.test(iss) ? iss : undefined;
}

/** The key that the token is signed with. Each is tried by its own algorithm alone. */
async function signer(token: string, keys: readonly TrustedKey[]): Promise<TrustedKey | undefined> {
  for (const key of keys) {
    // jose freezes the JWK, and keeps what it makes of it for as long as that object lives.
    const verified = await compactVerify(token, key.jwk, { algorithms: [key.algorithm] }).then(
      () => true,
      () => false,
    );
    if (verified) return key;
  }
  return undefined;
}
