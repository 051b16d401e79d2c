import { type KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { createHash } from 'node:crypto';
import type { TokenSigner } from '../../core/tokens/ports.ts';
import { awsCalls } from './errors.ts';

const kms = awsCalls('kms');
const encoded = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

/**
 * Signs tokens with an RSA_2048 key that never leaves KMS (RFC 7515 §5.1, RFC 9068 §2.1).
 * https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html
 * @param keyId of KMS, which is the tokens' `kid` too
 */
export function createTokenSigner({ client, keyId }: { readonly client: KMSClient; readonly keyId: string }): TokenSigner {
  const header = encoded({ alg: 'RS256', typ: 'at+jwt', kid: keyId });
  return {
    sign: async (claims) => {
      const input = `${header}.${encoded(claims)}`;
      const { Signature } = await kms.read('Sign', () => client.send(new SignCommand({
        KeyId: keyId, SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256', MessageType: 'DIGEST', Message: createHash('sha256').update(input).digest(),
      })));
      return `${input}.${Buffer.from(Signature ?? []).toString('base64url')}`;
    },
  };
}
