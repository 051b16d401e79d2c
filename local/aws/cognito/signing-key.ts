import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import type { Store } from '../../kernel/store.ts';

export interface PoolSigningKey {
  readonly kid: string;
  readonly privateKey: Awaited<ReturnType<typeof importJWK>>;
  readonly publicJwk: JWK;
}

type Algorithm = 'RS256' | 'RS512';

/**
 * Opens the RSA key of a pool. It is generated on first use, because that takes a while, and stored by
 * `name`.
 */
export function openSigningKey(
  store: Store,
  name = 'RS256',
  alg: Algorithm = 'RS256',
): () => Promise<PoolSigningKey> {
  let key: Promise<PoolSigningKey> | undefined;
  return () => (key ??= load(store, name, alg));
}

async function load(store: Store, name: string, alg: Algorithm): Promise<PoolSigningKey> {
  const kept = store.collection<JWK>('cognito-signing-key');
  const jwk =
    kept.get(name) ?? (await exportJWK((await generateKeyPair(alg, { extractable: true })).privateKey));
  kept.put(name, jwk);
  const kid = await calculateJwkThumbprint(jwk);
  const { n = '', e = '' } = jwk;
  return {
    kid,
    privateKey: await importJWK(jwk, alg),
    publicJwk: { kty: 'RSA', n, e, kid, alg, use: 'sig' },
  };
}
