import { compactVerify } from 'jose';
import { claimsVerdict, headerRule, issuerRule, keysFor, type Parts, type Refusal } from '../../core/trust/token-rules.ts';
import type { TrustedKey } from '../../core/trust/records.ts';
import type { CheckSample, VerifyThirdPartyToken } from '../../core/trust/verdict.ts';

/** As much as fits into a header of a call. */
const mostCharacters = 8192;
const mostOfIssuer = 512;
const syntax = /^([\w-]+)\.([\w-]+)\.[\w-]+$/u;

/**
 * Verifies a third party's JWT against its record in the trust registry: the one way for a call, an assertion, a
 * browser session and a sample. Nothing that the token names is fetched, and no key comes from it.
 */
export const verifyThirdPartyToken: VerifyThirdPartyToken = async (token, issuer, now) => {
  const parts = partsOf(token);
  if (parts === undefined) return { accepted: false, rule: 'malformed', why: `A token is a JWS in compact form, of two JSON objects, ${mostCharacters} characters at most.` };
  const unknown = issuerRule(parts, issuer);
  if (unknown !== undefined || issuer === undefined) return unknown ?? neverIssued;
  const keys = keysFor(parts, issuer.keys, now);
  if ('rule' in keys) return keys;
  const dangerous = headerRule(parts);
  if (dangerous !== undefined) return dangerous;
  const key = await signer(token, keys);
  return key === undefined ? notSigned : claimsVerdict(parts, issuer, key, now);
};

/** Whether a sample would be believed, or the first rule that refuses it. */
export const checkSample: CheckSample = (token, issuer, now) => verifyThirdPartyToken(token, { ...issuer, status: 'active' }, now);

/** The issuer that a token claims to be of: to look its record up by, and for nothing else. */
export function claimedIssuer(token: string): string | undefined {
  const iss = partsOf(token)?.claims['iss'];
  return typeof iss === 'string' && iss !== '' && iss.length <= mostOfIssuer ? iss : undefined;
}

const neverIssued: Refusal = { accepted: false, rule: 'issuer', why: 'The issuer is not registered.' };
const notSigned: Refusal = { accepted: false, rule: 'signature', why: 'The signature is of no key that it may be of.' };

function partsOf(token: string): Parts | undefined {
  const [, header, claims] = token.length <= mostCharacters ? syntax.exec(token) ?? [] : [];
  const parts = { header: objectIn(header), claims: objectIn(claims) };
  return parts.header === undefined || parts.claims === undefined ? undefined : { header: parts.header, claims: parts.claims };
}

function objectIn(part = ''): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(part, 'base64url')));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Readonly<Record<string, unknown>> : undefined;
  } catch {
    return undefined;
  }
}

/** The key that the token is signed with. Each is tried by its own algorithm alone. */
async function signer(token: string, keys: readonly TrustedKey[]): Promise<TrustedKey | undefined> {
  for (const key of keys) {
    // jose freezes the JWK, and keeps what it makes of it for as long as that object lives.
    const verified = await compactVerify(token, key.jwk, { algorithms: [key.algorithm] }).then(() => true, () => false);
    if (verified) return key;
  }
  return undefined;
}
