import { clientCredentials, type ClientCredentialsIssuer } from './client-credentials.ts';
import { OAuthError } from './oauth-error.ts';
import { type Grant, parseTokenRequest, type RawTokenRequest, type TokenResponse } from './token-request.ts';

export interface TokenEndpoint {
  readonly clientCredentialsIssuer: ClientCredentialsIssuer;
}

/** The grants that are on, by `grant_type`. */
function grantsOf({ clientCredentialsIssuer }: TokenEndpoint): ReadonlyMap<string, Grant> {
  return new Map([['client_credentials', clientCredentials(clientCredentialsIssuer)]]);
}

/**
 * The token endpoint (RFC 6749 §3.2).
 * @throws {OAuthError}
 */
export async function answerTokenRequest(endpoint: TokenEndpoint, raw: RawTokenRequest): Promise<TokenResponse> {
  const request = parseTokenRequest(raw);
  const grants = grantsOf(endpoint);
  const grant = grants.get(request.grantType);
  if (grant === undefined) {
    throw new OAuthError('unsupported_grant_type', `grant_type must be one of: ${[...grants.keys()].join(', ')}`);
  }
  return grant(request);
}
