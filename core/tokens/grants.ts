import { clientCredentials, type ClientCredentialsIssuer } from './client-credentials.ts';
import { OAuthError } from './oauth-error.ts';
import { parseTokenRequest, type RawTokenRequest, type TokenRequest } from './token-request.ts';

/** A successful answer, RFC 6749 §5.1. */
export interface TokenResponse {
  readonly access_token: string;
  readonly token_type: 'Bearer';
  /** Seconds. */
  readonly expires_in: number;
  /** Absent if it is what was asked for. */
  readonly scope?: string;
}

/** One way to a token. */
export type Grant = (request: TokenRequest) => Promise<TokenResponse>;

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
