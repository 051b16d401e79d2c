import type { JWK } from 'jose';
import { type AssertionSigner, createJwkSigner } from '../../adapters/okta/assertion-signer.ts';
import { fixedSecret } from '../../core/secrets/cached-secret.ts';
import type { RegisteredApp } from '../../local/okta/client-assertions.ts';

/** An application as the twin's Okta knows it, by one public key. */
export const registeredApp = (clientId: string, publicKey: JWK): RegisteredApp => ({
  clientId,
  keys: () => [publicKey],
});

/** Signs as an application that holds this private key. */
export const signerWith = (privateKey: JWK): AssertionSigner => createJwkSigner(fixedSecret(privateKey));
