import type { GrantType } from '../contracts/records.ts';
import { entryOf } from '../entry-of.ts';
import { authorizationCode } from './authorization-code.ts';
import { clientCredentials } from './client-credentials.ts';
import { offeredGrantTypes, type refreshGrantType } from './grant-types.ts';
import type { GrantHandler, TokenEndpointDependencies } from './grant-handler.ts';
import { jwtBearer } from './jwt-bearer.ts';
import { OAuthError } from './oauth-error.ts';
import { password } from './password.ts';
import { refreshToken } from './refresh-token.ts';
import { parseTokenRequest, type RawTokenRequest, type TokenAnswer } from './token-request.ts';
import { tokenExchange } from './token-exchange.ts';

const grants: Readonly<Record<GrantType | typeof refreshGrantType, GrantHandler>> = {
  client_credentials: clientCredentials,
  authorization_code: authorizationCode,
  refresh_token: refreshToken,
  password,
  'urn:ietf:params:oauth:grant-type:jwt-bearer': jwtBearer,
  'urn:ietf:params:oauth:grant-type:token-exchange': tokenExchange,
};

/**
 * Serves a request to the token endpoint (RFC 6749 §3.2).
 * @throws {OAuthError} if the request is malformed, its grant is not switched on, or the grant refuses it
 */
export async function handleTokenRequest(
  endpoint: TokenEndpointDependencies,
  raw: RawTokenRequest,
): Promise<TokenAnswer> {
  const request = parseTokenRequest(raw);
  const offered = offeredGrantTypes(endpoint.enabledGrants);
  const serve = offered.includes(request.grantType) ? entryOf(grants, request.grantType) : undefined;
  if (serve === undefined) {
    throw new OAuthError('unsupported_grant_type', `grant_type must be one of: ${offered.join(', ')}`);
  }
  return serve(endpoint, request);
}
