import { errors, type JWTVerifyGetKey } from 'jose';
import { createHash, KeyObject, verify, type webcrypto } from 'node:crypto';
import { oncePer } from '../../core/authorization/remembered.ts';
import type { Clock } from '../../core/clock.ts';
import { Unavailable } from '../../core/errors.ts';
import { accessTokenAlgorithm, type AccessTokenIssuers, type AccessTokenSays, judgeAccessToken, type SignatureFinding } from '../../core/tokens/access-token-rules.ts';
import type { AccessTokens, DenialList } from '../../core/tokens/ports.ts';
import type { Parts, Refusal } from '../../core/trust/token-rules.ts';
import { createKeySet } from './key-set.ts';
import { partsOf } from './token-parts.ts';

/** @param parts of the token, taken apart */
export type VerifyAccessToken = (token: string, parts: Parts) => Promise<AccessTokenSays | Refusal>;

/**
 * Verifies access tokens of Cognito's user pool and of our own, by the keys that each publishes.
 * @throws {Unavailable} if the issuer's keys cannot be had: that says nothing about the token
 */
export function createAccessTokenVerifier({ issuers, clock, keysOf = (issuer) => createKeySet(new URL(`${issuer}/.well-known/jwks.json`), clock) }: {
  readonly issuers: AccessTokenIssuers;
  readonly clock: Clock;
  readonly keysOf?: (issuer: string) => JWTVerifyGetKey;
}): VerifyAccessToken {
  const { pool, publicUrl } = issuers;
  const finders = new Map([[publicUrl, finderOf({ service: 'sallyport', operation: 'GetKeys' }, keysOf(publicUrl))]]);
  if (pool !== undefined) finders.set(pool, finderOf({ service: 'cognito', operation: 'GetKeys' }, keysOf(pool)));
  return async (token, parts) => {
    const { header: { kid }, claims: { iss } } = parts;
    const findKey = typeof iss === 'string' ? finders.get(iss) : undefined;
    return judgeAccessToken(parts, issuers, findKey === undefined ? 'signature' : signatureOf(token, await findKey(kid)), clock.now());
  };
}

/** The public key that a `kid` names. */
type FindKey = (kid: unknown) => Promise<KeyObject | undefined>;

const leastBits = 2048;

const keyObjectOf = oncePer((key: webcrypto.CryptoKey) => {
  const object = KeyObject.from(key);
  const { modulusLength = 0 } = object.asymmetricKeyDetails ?? {};
  if (modulusLength < leastBits) throw new RangeError(`a key has ${modulusLength} bits; RS256 takes ${leastBits} at least`);
  return object;
});

function finderOf(call: { readonly service: string; readonly operation: string }, keys: JWTVerifyGetKey): FindKey {
  return async (kid) => {
    if (typeof kid !== 'string') return undefined;
    try {
      const key = await keys({ alg: accessTokenAlgorithm, kid }, { payload: '', signature: '' });
      return key instanceof CryptoKey ? keyObjectOf(key) : undefined;
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) return undefined;
      throw new Unavailable({ ...call, detail: 'the key set cannot be read', cause: error });
    }
  };
}

/** RFC 7518 §3.3: RSASSA-PKCS1-v1_5 with SHA-256, whatever the token's header says. Half as dear as with Web Crypto, which changes threads. */
function signatureOf(token: string, key: KeyObject | undefined): SignatureFinding {
  if (key === undefined) return 'kid';
  const end = token.lastIndexOf('.');
  return verify('sha256', Buffer.from(token.slice(0, end)), key, Buffer.from(token.slice(end + 1), 'base64url')) ? 'verified' : 'signature';
}

/** Of what was signed, exactly: the signature itself can be written in several ways. */
export function digestOf(token: string): string {
  return createHash('sha256').update(token.slice(0, token.lastIndexOf('.'))).digest('base64url');
}

/** For those who also have to know of revocation. */
export function createAccessTokens({ verify, isDenied }: { readonly verify: VerifyAccessToken; readonly isDenied: DenialList['isDenied'] }): AccessTokens {
  return {
    verify: async (token) => {
      const parts = partsOf(token);
      if (parts === undefined) return { refusedBy: 'malformed' };
      const verdict = await verify(token, parts);
      if ('rule' in verdict) return { refusedBy: verdict.rule };
      const digest = digestOf(token);
      return await isDenied(digest) ? { refusedBy: 'revoked' } : { ...verdict, digest };
    },
  };
}
