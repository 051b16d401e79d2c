import { randomUUID } from 'node:crypto';
import { type CryptoKey, type JWK, SignJWT, importJWK } from 'jose';
import * as z from 'zod';
import { type Clock, secondsAfter } from '../../core/clock.ts';

/** An Okta API service app, which authenticates with its private key. */
export interface ServiceApp {
  readonly orgUrl: string;
  readonly clientId: string;
  /** RSA, as a JWK with the `kid` under which Okta knows the public half. */
  readonly privateKey: JWK;
  readonly clock: Clock;
}

export const oktaTokenPath = '/oauth2/v1/token';

/** Managing includes reading: https://developer.okta.com/docs/api/oauth2 */
export const oktaScopes = 'okta.users.manage okta.groups.manage';

/** Okta allows an hour; a minute is enough for one request and its clock differences. */
const assertionSeconds = 60;

/**
 * Makes token requests of the `client_credentials` grant with `private_key_jwt` (RFC 7523 section 2.2,
 * https://developer.okta.com/docs/guides/implement-oauth-for-okta-serviceapp/). Each assertion is good once.
 */
export function createTokenForm({ orgUrl, clientId, privateKey, clock }: ServiceApp): () => Promise<Record<string, string>> {
  const header = { alg: 'RS256', ...(privateKey.kid === undefined ? {} : { kid: privateKey.kid }) };
  let imported: Promise<CryptoKey | Uint8Array> | undefined;

  return async () => {
    imported ??= importJWK(privateKey, 'RS256');
    const now = clock.now();
    const assertion = await new SignJWT()
      .setProtectedHeader(header)
      .setIssuer(clientId)
      .setSubject(clientId)
      .setAudience(new URL(oktaTokenPath, orgUrl).href)
      .setJti(randomUUID())
      .setIssuedAt(now)
      .setExpirationTime(secondsAfter(now, assertionSeconds))
      .sign(await imported);
    return {
      grant_type: 'client_credentials',
      scope: oktaScopes,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    };
  };
}

/**
 * The private key as configuration holds it: a JWK in JSON.
 * @throws {TypeError} without repeating any of it
 */
export function parsePrivateKey(json: string): JWK {
  try {
    return privateJwk.parse(JSON.parse(json));
  } catch {
    throw new TypeError('the Okta private key must be a private RSA key as a JWK in JSON');
  }
}

const privateJwk = z.looseObject({ kty: z.literal('RSA'), n: z.string(), e: z.string(), d: z.string() });
