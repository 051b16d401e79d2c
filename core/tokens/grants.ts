import type { Environment } from '../catalogue/catalogue.ts';
import { type FindStanding, type GrantType, grantTypes } from '../contracts/records.ts';
import type { ClientAuthenticator } from './client-authentication.ts';
import { clientCredentials, type ClientCredentialsIssuer } from './client-credentials.ts';
import { jwtBearer } from './jwt-bearer.ts';
import type { Mint } from './mint.ts';
import { OAuthError } from './oauth-error.ts';
import { password } from './password.ts';
import type {
  AccessTokens,
  GrantUse,
  LocalUsers,
  PasswordLogin,
  ThirdPartyTokens,
  TryLimit,
} from './ports.ts';
import {
  parseTokenRequest,
  type RawTokenRequest,
  type TokenAnswer,
  type TokenRequest,
} from './token-request.ts';
import { tokenExchange } from './token-exchange.ts';

export interface TokenEndpoint extends ClientAuthenticator, Mint {
  readonly environment: Environment;
  /** The grants that are on in this deployment. */
  readonly grantsOn: readonly GrantType[];
  readonly findStanding: FindStanding;
  readonly clientCredentialsIssuer: ClientCredentialsIssuer;
  readonly passwordLogin: PasswordLogin;
  /** For one user of a partner, and from one address. */
  readonly passwordTries: { readonly ofUser: TryLimit; readonly fromAddress: TryLimit };
  readonly grantUse: GrantUse;
  readonly thirdPartyTokens: ThirdPartyTokens;
  readonly localUsers: LocalUsers;
  readonly accessTokens: AccessTokens;
}

/**
 * One way to a token: its checks, in their order, and what it issues.
 * @throws {OAuthError} with the name of the check that refused
 */
export type Grant = (endpoint: TokenEndpoint, request: TokenRequest) => Promise<TokenAnswer>;

const grants: Readonly<Record<GrantType, Grant>> = {
  client_credentials: clientCredentials,
  password,
  'urn:ietf:params:oauth:grant-type:jwt-bearer': jwtBearer,
  'urn:ietf:params:oauth:grant-type:token-exchange': tokenExchange,
};

/**
 * The token endpoint (RFC 6749 §3.2).
 * @throws {OAuthError}
 */
export async function answerTokenRequest(
  endpoint: TokenEndpoint,
  raw: RawTokenRequest,
): Promise<TokenAnswer> {
  const request = parseTokenRequest(raw);
  const type = grantTypes.find((known) => known === request.grantType && endpoint.grantsOn.includes(known));
  if (type === undefined) {
    throw new OAuthError(
      'unsupported_grant_type',
      `grant_type must be one of: ${endpoint.grantsOn.join(', ')}`,
    );
  }
  return grants[type](endpoint, request);
}
