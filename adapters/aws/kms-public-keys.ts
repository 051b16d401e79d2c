import { createPublicKey } from 'node:crypto';
import * as z from 'zod/mini';
import { awsCalls } from './errors.ts';
import { createKmsCalls, type KmsCallsOptions } from './kms-calls.ts';

const kms = awsCalls('kms');
const published = z.object({ PublicKey: z.string().check(z.minLength(1)) });

/** One of our signing keys as the JWK Set shows it (RFC 7517 §4). */
export type PublishedKey = Readonly<Record<string, unknown>> & { readonly kid: string };

/**
 * The public halves of keys in KMS, read once: a key under an id never changes.
 * https://docs.aws.amazon.com/kms/latest/APIReference/API_GetPublicKey.html
 */
export function createPublicKeys({
  keyIds,
  ...options
}: { readonly keyIds: readonly string[] } & KmsCallsOptions): () => Promise<readonly PublishedKey[]> {
  const call = createKmsCalls(options);
  const known = new Map<string, PublishedKey>();
  const read = async (kid: string): Promise<PublishedKey> => {
    const there = known.get(kid);
    if (there !== undefined) return there;
    const { PublicKey } = await kms.read(
      'GetPublicKey',
      async () => published.safeParse(await call('GetPublicKey', { KeyId: kid })).data,
    );
    const key = createPublicKey({ key: Buffer.from(PublicKey, 'base64'), format: 'der', type: 'spki' });
    const jwk = { ...key.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' };
    known.set(kid, jwk);
    return jwk;
  };
  return () => Promise.all(keyIds.map(read));
}
