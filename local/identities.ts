import { generateKeyPair, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import type { JWK } from 'jose';
import type { Store } from './kernel/store.ts';

/** The client id by which both Okta and ServiceNow know Sallyport. */
export const sallyportClientId = 'sallyport';

/** What Sallyport is known by to Okta and ServiceNow. */
export interface Identities {
  /** RSA, with `kid`. */
  readonly oktaPrivateKey: JWK;
  readonly oktaPublicKey: JWK;
  readonly servicenowClientSecret: string;
}

/** Made on the first start, and kept. */
export async function openIdentities(store: Store): Promise<Identities> {
  const kept = store.collection<Identities>('identities');
  const known = kept.get('sallyport');
  if (known !== undefined) return known;
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const named = { kid: 'twin', alg: 'RS256', use: 'sig' };
  const made: Identities = {
    oktaPrivateKey: { ...privateKey.export({ format: 'jwk' }), ...named },
    oktaPublicKey: { ...publicKey.export({ format: 'jwk' }), ...named },
    servicenowClientSecret: randomBytes(32).toString('base64url'),
  };
  kept.put('sallyport', made);
  return made;
}
