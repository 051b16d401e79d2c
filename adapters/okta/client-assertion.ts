import { randomUUID } from 'node:crypto';
import { type CryptoKey, type JWK, SignJWT, importJWK } from 'jose';
import { type Clock, secondsAfter } from '../../core/clock.ts';

/** An application of the org that authenticates with its private key. */
export interface OktaApp {
  readonly orgUrl: string;
  readonly clientId: string;
  /** RSA, as a JWK with the `kid` under which Okta knows the public half. */
  readonly privateKey: JWK;
  readonly clock: Clock;
}

/** Okta allows an hour; a minute is enough for one request and its clock differences. */
const assertionSeconds = 60;

/**
 * Makes what authenticates the application in a token request: `private_key_jwt` (RFC 7523 section 2.2,
 * https://developer.okta.com/docs/api/openapi/okta-oauth/guides/client-auth/). Each assertion is good once.
 * @param audience the address of the token endpoint
 */
export function createClientAssertion({ clientId, privateKey, clock }: OktaApp, audience: string): () => Promise<Record<string, string>> {
  const header = { alg: 'RS256', ...(privateKey.kid === undefined ? {} : { kid: privateKey.kid }) };
  let imported: Promise<CryptoKey | Uint8Array> | undefined;

  return async () => {
    imported ??= importJWK(privateKey, 'RS256');
    const now = clock.now();
    const assertion = await new SignJWT()
      .setProtectedHeader(header)
      .setIssuer(clientId)
      .setSubject(clientId)
      .setAudience(audience)
      .setJti(randomUUID())
      .setIssuedAt(now)
      .setExpirationTime(secondsAfter(now, assertionSeconds))
      .sign(await imported);
    return {
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    };
  };
}
