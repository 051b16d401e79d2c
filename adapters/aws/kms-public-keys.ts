import { createPublicKey } from 'node:crypto';
import * as z from 'zod/mini';
import { awsCalls } from './errors.ts';
import { createKmsCalls, type KmsCallsOptions } from './kms-calls.ts';

const kms = awsCalls('kms');
const published = z.object({ PublicKey: z.string().check(z.minLength(1)) });

/** One of our public signing keys as it appears in the JWK Set (RFC 7517 §4). */
export type PublishedKey = Readonly<Record<string, unknown>> & { readonly kid: string };

/**
 * Creates the reader of the public halves of KMS keys. Each is read once, because the key behind an id never
 * changes. https://docs.aws.amazon.com/kms/latest/APIReference/API_GetPublicKey.html
 */
export function createPublicKeys({
  keyIds,
  ...options
}: { readonly keyIds: readonly string[] } & KmsCallsOptions): () => Promise<readonly PublishedKey[]> {
  const call = createKmsCalls(options);
  const known = new Map<string, PublishedKey>();
  const read = async (kid: string): Promise<PublishedKey> => {
    const cached = known.get(kid);
    if (cached !== undefined) return cached;
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
