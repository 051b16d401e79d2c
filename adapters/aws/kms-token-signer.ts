import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import type { TokenSigner } from '../../core/tokens/ports.ts';
import { awsCalls } from './errors.ts';
import { createKmsCalls, type KmsCallsOptions } from './kms-calls.ts';

const kms = awsCalls('kms');
/** The signature is Base64. */
const signed = z.object({ Signature: z.string().check(z.minLength(1)) });
const encoded = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

export interface JwtSignerOptions extends KmsCallsOptions {
  /** The id of the KMS key, which is also the `kid` of the tokens. */
  readonly keyId: string;
  /** The media type of the token, for its `typ` header (RFC 7515 section 4.1.9). */
  readonly typ?: string;
}

/**
 * Creates a signer of JWTs with an RSA_2048 key that never leaves KMS (RFC 7515 section 5.1).
 * https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html
 */
export function createJwtSigner({ keyId, typ, ...options }: JwtSignerOptions): {
  sign(claims: object): Promise<string>;
} {
  const call = createKmsCalls(options);
  const header = encoded({ alg: 'RS256', ...(typ !== undefined && { typ }), kid: keyId });
  return {
    sign: async (claims) => {
      const input = `${header}.${encoded(claims)}`;
      const { Signature } = await kms.read(
        'Sign',
        async () =>
          signed.safeParse(
            await call('Sign', {
              KeyId: keyId,
              SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256',
              MessageType: 'DIGEST',
              Message: createHash('sha256').update(input).digest('base64'),
            }),
          ).data,
      );
      return `${input}.${Buffer.from(Signature, 'base64').toString('base64url')}`;
    },
  };
}

/** Creates the signer of access tokens (RFC 9068 section 2.1). */
export const createTokenSigner = (options: Omit<JwtSignerOptions, 'typ'>): TokenSigner =>
  createJwtSigner({ ...options, typ: 'at+jwt' });
