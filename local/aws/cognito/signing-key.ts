import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import type { Store } from '../../kernel/store.ts';

export interface PoolSigningKey {
  readonly kid: string;
  readonly privateKey: Awaited<ReturnType<typeof importJWK>>;
  readonly publicJwk: JWK;
}

/**
 * Opens the RS256 key of a pool. It is generated on first use, because that takes a while, and stored by
 * `name`.
 */
export function openSigningKey(store: Store, name = 'RS256'): () => Promise<PoolSigningKey> {
  let key: Promise<PoolSigningKey> | undefined;
  return () => (key ??= load(store, name));
}

async function load(store: Store, name: string): Promise<PoolSigningKey> {
  const kept = store.collection<JWK>('cognito-signing-key');
  const jwk =
    kept.get(name) ?? (await exportJWK((await generateKeyPair('RS256', { extractable: true })).privateKey));
  kept.put(name, jwk);
  const kid = await calculateJwkThumbprint(jwk);
  const { n = '', e = '' } = jwk;
  return {
    kid,
    privateKey: await importJWK(jwk, 'RS256'),
    publicJwk: { kty: 'RSA', n, e, kid, alg: 'RS256', use: 'sig' },
  };
}
