import { prompts } from '../applications/authentication-request.ts';
import type { GrantType } from '../contracts/records.ts';
import { assuranceLevels } from '../federation/session.ts';
import { trustedAlgorithms } from '../trust/records.ts';
import { offlineAccess } from '../federation/refresh-token.ts';
import { offeredGrantTypes } from './grant-types.ts';

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
  const signsIn = enabledGrants.includes('authorization_code');
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
    grant_types_supported: offeredGrantTypes(enabledGrants),
    // Without the grant, nobody signs in here. There is no authorization endpoint then, and no response type.
    response_types_supported: signsIn ? ['code'] : [],
    ...(signsIn && authorizationEndpoint(issuer)),
    scopes_supported: scopes,
    ...authenticationOf('token'),
    ...authenticationOf('introspection'),
    ...authenticationOf('revocation'),
  };
}

/** What both documents say of signing in: RFC 8414 §2, RFC 9207 §3, RFC 7636 §6.2. */
const authorizationEndpoint = (issuer: string): Readonly<Record<string, unknown>> => ({
  authorization_endpoint: `${issuer}/oauth2/authorize`,
  response_modes_supported: ['query'],
  code_challenge_methods_supported: ['S256'],
  authorization_response_iss_parameter_supported: true,
});

/**
 * Returns the metadata of the OpenID provider that our applications sign people in with (OpenID Connect Discovery
 * 1.0 §3). It is what {@link metadataOf} says, and what ID tokens are like.
 */
export function openIdMetadataOf(
  issuer: string,
  enabledGrants: readonly GrantType[],
  scopes: readonly string[],
): Readonly<Record<string, unknown>> {
  return {
    ...metadataOf(issuer, enabledGrants, ['openid', offlineAccess, ...scopes]),
    // RP-Initiated Logout 1.0 §2.1
    end_session_endpoint: `${issuer}/oauth2/logout`,
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    prompt_values_supported: prompts,
    acr_values_supported: assuranceLevels,
    claims_supported: ['sub', 'auth_time', 'sid', 'acr', 'partner_id', 'email', 'email_verified', 'name'],
    // Their defaults would say that we have them.
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
    claims_parameter_supported: false,
  };
}
