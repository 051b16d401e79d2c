import type { ClientAuthentication } from '../http/client-authentication.ts';
import { createClientAssertion, type OktaApp } from './client-assertion.ts';

export const oktaTokenPath = '/oauth2/v1/token';

/**
 * The Okta scopes of each kind of rights: https://developer.okta.com/docs/api/oauth2. Managing includes
 * reading.
 */
export const oktaScopes = {
  manager: 'okta.users.manage okta.groups.manage',
  reader: 'okta.users.read',
} as const;
export type OktaRights = keyof typeof oktaScopes;

/**
 * Creates a function that builds token requests of the `client_credentials` grant for an API service app
 * (https://developer.okta.com/docs/guides/implement-oauth-for-okta-serviceapp/).
 */
export function createTokenRequest(app: OktaApp, rights: OktaRights): () => Promise<ClientAuthentication> {
  const assertion = createClientAssertion(app, new URL(oktaTokenPath, app.orgUrl).href);
  return async () => {
    const { fields, reload } = await assertion();
    return { fields: { grant_type: 'client_credentials', scope: oktaScopes[rights], ...fields }, reload };
  };
}
