import { compactVerify, errors } from 'jose';
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
import { createKeySet, type ReadKeySet } from './key-set.ts';
import { partsOf } from './token-parts.ts';

/** The claims of a verified access token, and the end of the keys that verified it. */
export interface VerifiedAccessToken {
  readonly claims: AccessTokenClaims;
  /** The result must not be cached any longer, however long the token lives. */
  readonly keysValidUntil: Date;
}

/**
 * Verifies an access token.
 * @param parts of the token, decoded but not verified
 */
export type VerifyAccessToken = (
  token: string,
  parts: DecodedToken,
) => Promise<VerifiedAccessToken | TokenRefusal>;

/**
 * Creates the verifier of access tokens that Cognito's user pool or Sallyport issued. It uses the keys that
 * each issuer publishes.
 * @throws {Unavailable} if the issuer's keys cannot be read, which says nothing about the token
 */
export function createAccessTokenVerifier({
  issuers,
  clock,
  keysOf = (issuer) => createKeySet(new URL(`${issuer}/.well-known/jwks.json`), clock),
}: {
  readonly issuers: AccessTokenIssuers;
  readonly clock: Clock;
  readonly keysOf?: (issuer: string) => ReadKeySet;
}): VerifyAccessToken {
  const { pool, publicUrl } = issuers;
  const signatureChecks = new Map([
    [publicUrl, createSignatureVerifier({ service: 'sallyport', operation: 'GetKeys' }, keysOf(publicUrl))],
    ...pool.map(
      (issuer) =>
        [
          issuer,
          createSignatureVerifier({ service: 'cognito', operation: 'GetKeys' }, keysOf(issuer)),
        ] as const,
    ),
  ]);
  return async (token, parts) => {
    const {
      header: { kid },
      claims: { iss },
    } = parts;
    const checkSignature = typeof iss === 'string' ? signatureChecks.get(iss) : undefined;
    const now = clock.now();
    const { signature, keysValidUntil } = (await checkSignature?.(token, kid)) ?? {
      signature: 'signature',
      keysValidUntil: now,
    };
    const claims = checkAccessToken(parts, issuers, signature, now);
    return 'rule' in claims ? claims : { claims, keysValidUntil };
  };
}

/** The errors by which `jose` rejects the token rather than the keys. */
const tokenErrors = [
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
  errors.JWSInvalid,
  errors.JWSSignatureVerificationFailed,
];

interface CheckedSignature {
  readonly signature: SignatureResult;
  readonly keysValidUntil: Date;
}

function createSignatureVerifier(
  call: { readonly service: string; readonly operation: string },
  readKeys: ReadKeySet,
): (token: string, kid: unknown) => Promise<CheckedSignature> {
  const unavailable = (cause: unknown): Unavailable =>
    new Unavailable({ ...call, detail: 'the key set cannot be read', cause });
  return async (token, kid) => {
    const { choose, validUntil: keysValidUntil } = await readKeys().catch((error: unknown) => {
      throw unavailable(error);
    });
    // Without a `kid`, jose would use the only key of a set that has just one.
    if (typeof kid !== 'string') return { signature: 'kid', keysValidUntil };
    try {
      await compactVerify(token, choose, { algorithms: [accessTokenAlgorithm] });
      return { signature: 'verified', keysValidUntil };
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) {
        return { signature: 'kid', keysValidUntil };
      }
      if (!tokenErrors.some((each) => error instanceof each)) throw unavailable(error);
      return { signature: 'signature', keysValidUntil };
    }
  };
}

/**
 * Returns the digest of the signed part of a token. The signature is left out, because it can be encoded in
 * several ways.
 */
export function digestOf(token: string): string {
  return createHash('sha256')
    .update(token.slice(0, token.lastIndexOf('.')))
    .digest('base64url');
}

/** Creates the verifier for callers that must also know whether a token was revoked. */
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
      return (await isDenied(digest)) ? { refusedBy: 'revoked' } : { ...verdict.claims, digest };
    },
  };
}
