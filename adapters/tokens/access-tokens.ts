import { compactVerify, errors, type JWTVerifyGetKey } from 'jose';
import { createHash } from 'node:crypto';
import type { Clock } from '../../core/clock.ts';
import { Unavailable } from '../../core/errors.ts';
import {
  accessTokenAlgorithm,
  type AccessTokenIssuers,
  type AccessTokenClaims,
  checkAccessToken,
  type SignatureResult,
} from '../../core/tokens/access-token-rules.ts';
import type { AccessTokens, DenialList } from '../../core/tokens/ports.ts';
import type { DecodedToken, TokenRefusal } from '../../core/trust/token-rules.ts';
import { createKeySet } from './key-set.ts';
import { partsOf } from './token-parts.ts';

/** @param parts of the token, taken apart */
export type VerifyAccessToken = (
  token: string,
  parts: DecodedToken,
) => Promise<AccessTokenClaims | TokenRefusal>;

/**
 * Verifies access tokens of Cognito's user pool and of our own, by the keys that each publishes.
 * @throws {Unavailable} if the issuer's keys cannot be had: that says nothing about the token
 */
export function createAccessTokenVerifier({
  issuers,
  clock,
  keysOf = (issuer) => createKeySet(new URL(`${issuer}/.well-known/jwks.json`), clock),
}: {
  readonly issuers: AccessTokenIssuers;
  readonly clock: Clock;
  readonly keysOf?: (issuer: string) => JWTVerifyGetKey;
}): VerifyAccessToken {
  const { pool, publicUrl } = issuers;
  const signatures = new Map([
    [publicUrl, signaturesBy({ service: 'sallyport', operation: 'GetKeys' }, keysOf(publicUrl))],
    ...pool.map(
      (issuer) =>
        [issuer, signaturesBy({ service: 'cognito', operation: 'GetKeys' }, keysOf(issuer))] as const,
    ),
  ]);
  return async (token, parts) => {
    const {
      header: { kid },
      claims: { iss },
    } = parts;
    const signatureOf = typeof iss === 'string' ? signatures.get(iss) : undefined;
    return checkAccessToken(parts, issuers, (await signatureOf?.(token, kid)) ?? 'signature', clock.now());
  };
}

/** What `jose` throws about a token, not about the keys. */
const aboutTheToken = [
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
  errors.JWSInvalid,
  errors.JWSSignatureVerificationFailed,
];

function signaturesBy(
  call: { readonly service: string; readonly operation: string },
  keys: JWTVerifyGetKey,
): (token: string, kid: unknown) => Promise<SignatureResult> {
  return async (token, kid) => {
    // Without one, jose would take the only key that there is.
    if (typeof kid !== 'string') return 'kid';
    try {
      await compactVerify(token, keys, { algorithms: [accessTokenAlgorithm] });
      return 'verified';
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) {
        return 'kid';
      }
      if (aboutTheToken.some((each) => error instanceof each)) return 'signature';
      throw new Unavailable({ ...call, detail: 'the key set cannot be read', cause: error });
    }
  };
}

/** Of what was signed, exactly: the signature itself can be written in several ways. */
export function digestOf(token: string): string {
  return createHash('sha256')
    .update(token.slice(0, token.lastIndexOf('.')))
    .digest('base64url');
}

/** For those who also have to know of revocation. */
export function createAccessTokens({
  verify,
  isDenied,
}: {
  readonly verify: VerifyAccessToken;
  readonly isDenied: DenialList['isDenied'];
}): AccessTokens {
  return {
    verify: async (token) => {
      const parts = partsOf(token);
      if (parts === undefined) return { refusedBy: 'malformed' };
      const verdict = await verify(token, parts);
      if ('rule' in verdict) return { refusedBy: verdict.rule };
      const digest = digestOf(token);
      return (await isDenied(digest)) ? { refusedBy: 'revoked' } : { ...verdict, digest };
    },
  };
}
