import type { JWK } from 'jose';
import * as z from 'zod/mini';
import { createClientAssertion, type OktaApp } from './client-assertion.ts';

export const oktaTokenPath = '/oauth2/v1/token';

/** Managing includes reading: https://developer.okta.com/docs/api/oauth2 */
export const oktaScopes = 'okta.users.manage okta.groups.manage';

/**
 * Makes token requests of the `client_credentials` grant for an API service app
 * (https://developer.okta.com/docs/guides/implement-oauth-for-okta-serviceapp/).
 */
export function createTokenForm(app: OktaApp): () => Promise<Record<string, string>> {
  const assertion = createClientAssertion(app, new URL(oktaTokenPath, app.orgUrl).href);
  return async () => ({ grant_type: 'client_credentials', scope: oktaScopes, ...await assertion() });
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
