import type { GrantType } from '../contracts/records.ts';
import { trustedAlgorithms } from '../trust/records.ts';

/**
 * Authorization server metadata (RFC 8414 §2): exactly what is on in this deployment.
 * @param issuer our address, as partners know it; `issuer` of the tokens we sign
 */
export function metadataOf(
  issuer: string,
  enabledGrants: readonly GrantType[],
  scopes: readonly string[],
): Readonly<Record<string, unknown>> {
  const methods = ['client_secret_basic', 'client_secret_post', 'private_key_jwt'];
  const endpoint = (name: string): Readonly<Record<string, unknown>> => ({
    [`${name}_endpoint_auth_methods_supported`]: methods,
    [`${name}_endpoint_auth_signing_alg_values_supported`]: trustedAlgorithms,
  });
  return {
    issuer,
    token_endpoint: `${issuer}/oauth2/token`,
    introspection_endpoint: `${issuer}/oauth2/introspect`,
    revocation_endpoint: `${issuer}/oauth2/revoke`,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    grant_types_supported: enabledGrants,
    // Nobody logs in here, so there is no authorization endpoint and nothing that it could answer.
    response_types_supported: [],
    scopes_supported: scopes,
    ...endpoint('token'),
    ...endpoint('introspection'),
    ...endpoint('revocation'),
  };
}
