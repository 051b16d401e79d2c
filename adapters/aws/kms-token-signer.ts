import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import type { TokenSigner } from '../../core/tokens/ports.ts';
import { awsCalls } from './errors.ts';
import { createKmsCalls, type KmsCallsOptions } from './kms-calls.ts';

const kms = awsCalls('kms');
/** Base64. */
const signed = z.object({ Signature: z.string().check(z.minLength(1)) });
const encoded = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

/**
 * Signs tokens with an RSA_2048 key that never leaves KMS (RFC 7515 §5.1, RFC 9068 §2.1).
 * https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html
 * @param keyId of KMS, which is the tokens' `kid` too
 */
export function createTokenSigner({ keyId, ...options }: { readonly keyId: string } & KmsCallsOptions): TokenSigner {
  const call = createKmsCalls(options);
  const header = encoded({ alg: 'RS256', typ: 'at+jwt', kid: keyId });
  return {
    sign: async (claims) => {
      const input = `${header}.${encoded(claims)}`;
      const { Signature } = await kms.read('Sign', async () => signed.safeParse(await call('Sign', {
        KeyId: keyId, SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256', MessageType: 'DIGEST', Message: createHash('sha256').update(input).digest('base64'),
      })).data);
      return `${input}.${Buffer.from(Signature, 'base64').toString('base64url')}`;
    },
  };
}
