import { GetPublicKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import { createPublicKey } from 'node:crypto';
import { awsCalls } from './errors.ts';

const kms = awsCalls('kms');

/** One of our signing keys as the JWK Set shows it (RFC 7517 §4). */
export type PublishedKey = Readonly<Record<string, unknown>> & { readonly kid: string };

/**
 * The public halves of keys in KMS, read once: a key under an id never changes.
 * https://docs.aws.amazon.com/kms/latest/APIReference/API_GetPublicKey.html
 */
export function createPublicKeys({ client, keyIds }: { readonly client: KMSClient; readonly keyIds: readonly string[] }): () => Promise<readonly PublishedKey[]> {
  const known = new Map<string, PublishedKey>();
  const read = async (kid: string): Promise<PublishedKey> => {
    const there = known.get(kid);
    if (there !== undefined) return there;
    const { PublicKey } = await kms.read('GetPublicKey', () => client.send(new GetPublicKeyCommand({ KeyId: kid })));
    const key = createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' });
    const published = { ...key.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' };
    known.set(kid, published);
    return published;
  };
  return () => Promise.all(keyIds.map(read));
}
