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
  readonly servicenowClientSecret: string;
}

/** Made on the first start, and kept. */
export async function openIdentities(store: Store): Promise<Identities> {
  const kept = store.collection<Identities>('twin-identities');
  const known = kept.get('sallyport');
  if (known !== undefined) return known;
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const made: Identities = {
    oktaPrivateKey: { ...privateKey.export({ format: 'jwk' }), kid: 'twin', alg: 'RS256', use: 'sig' },
    servicenowClientSecret: randomBytes(32).toString('base64url'),
  };
  kept.put('sallyport', made);
  return made;
}

/** The half that Okta has. */
export function publicHalf({ oktaPrivateKey: { kty, n, e, kid, alg, use } }: Identities): JWK {
  return JSON.parse(JSON.stringify({ kty, n, e, kid, alg, use })) as JWK;
}
