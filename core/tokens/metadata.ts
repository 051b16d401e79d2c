import type { GrantType } from '../contracts/records.ts';
import { trustedAlgorithms } from '../trust/records.ts';

/**
 * Returns the authorization server metadata (RFC 8414 §2). It lists exactly what is switched on in this
 * deployment.
 * @param issuer the public address that partners know, which is also the `iss` of the tokens we sign
 */
export function metadataOf(
  issuer: string,
  enabledGrants: readonly GrantType[],
  scopes: readonly string[],
): Readonly<Record<string, unknown>> {
  const authenticationMethods = ['client_secret_basic', 'client_secret_post', 'private_key_jwt'];
  const authenticationOf = (name: string): Readonly<Record<string, unknown>> => ({
    [`${name}_endpoint_auth_methods_supported`]: authenticationMethods,
    [`${name}_endpoint_auth_signing_alg_values_supported`]: trustedAlgorithms,
  });
  return {
    issuer,
    token_endpoint: `${issuer}/oauth2/token`,
    introspection_endpoint: `${issuer}/oauth2/introspect`,
    revocation_endpoint: `${issuer}/oauth2/revoke`,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    grant_types_supported: enabledGrants,
    // There is no authorization endpoint, because users do not log in here. So there are no response types.
    response_types_supported: [],
    scopes_supported: scopes,
    ...authenticationOf('token'),
    ...authenticationOf('introspection'),
    ...authenticationOf('revocation'),
  };
}
