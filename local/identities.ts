import { generateKeyPair, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import type { JWK } from 'jose';
import type { Store } from './kernel/store.ts';

/** The client id by which both Okta and ServiceNow know Sallyport. */
export const sallyportClientId = 'sallyport';
/** The Okta application that only looks at passwords. */
export const oktaLoginClientId = 'sallyport-login';

/** What Sallyport is known by to Okta and ServiceNow. */
export interface Identities {
  /** RSA, with `kid`. */
  readonly oktaPrivateKey: JWK;
  readonly oktaPublicKey: JWK;
  /** Likewise. */
  readonly oktaLoginKey: JWK;
  readonly oktaLoginPublicKey: JWK;
  readonly servicenowClientSecret: string;
}

/** Made on the first start, and kept. */
export async function openIdentities(store: Store): Promise<Identities> {
  const kept = store.collection<Identities>('identities');
  const known = kept.get('sallyport');
  // A store of an earlier version lacks the login's; both sides are here, so all can be made anew.
  if (known !== undefined && 'oktaLoginKey' in known) return known;
  const [manager, login] = await Promise.all([newKeyPair(), newKeyPair()]);
  const made: Identities = {
    oktaPrivateKey: manager.privateKey, oktaPublicKey: manager.publicKey,
    oktaLoginKey: login.privateKey, oktaLoginPublicKey: login.publicKey,
    servicenowClientSecret: randomBytes(32).toString('base64url'),
  };
  kept.put('sallyport', made);
  return made;
}

async function newKeyPair(): Promise<{ readonly privateKey: JWK; readonly publicKey: JWK }> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const named = { kid: 'twin', alg: 'RS256', use: 'sig' };
  return { privateKey: { ...privateKey.export({ format: 'jwk' }), ...named }, publicKey: { ...publicKey.export({ format: 'jwk' }), ...named } };
}
