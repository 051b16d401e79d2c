import type { JWK } from 'jose';
import { type AssertionSigner, createJwkSigner } from '../../adapters/okta/assertion-signer.ts';
import { fixedSecret } from '../../core/secrets/cached-secret.ts';
import type { RegisteredApp } from '../../local/okta/client-assertions.ts';

/** Returns an application that is registered in the twin's Okta with one public key. */
export const registeredApp = (clientId: string, publicKey: JWK): RegisteredApp => ({
  clientId,
  keys: () => [publicKey],
});

/** Returns a signer that uses this private key. */
export const signerWith = (privateKey: JWK): AssertionSigner => createJwkSigner(fixedSecret(privateKey));
