import type { Environment } from '../catalogue/catalogue.ts';
import type { FindClientContext } from '../clients/client-context.ts';
import type { GrantType } from '../contracts/records.ts';
import type { ClientAuthenticator } from './client-authentication.ts';
import type { MintDependencies } from './mint.ts';
import type {
  AccessTokens,
  AttemptLimit,
  ClientCredentialsIssuer,
  GrantUse,
  PasswordLogin,
  ThirdPartyTokens,
} from './ports.ts';
import type { TokenAnswer, TokenRequest } from './token-request.ts';
import type { FindUser } from '../users/user.ts';

/** Everything that the grants need. */
export interface TokenEndpointDependencies extends ClientAuthenticator, MintDependencies {
  readonly environment: Environment;
  /** The grants that are switched on in this deployment. */
  readonly enabledGrants: readonly GrantType[];
  readonly findClientContext: FindClientContext;
  readonly clientCredentialsIssuer: ClientCredentialsIssuer;
  readonly passwordLogin: PasswordLogin;
  /** Limits on wrong passwords: for one user of a partner, and from one source address. */
  readonly passwordAttempts: { readonly ofUser: AttemptLimit; readonly fromAddress: AttemptLimit };
  readonly grantUse: GrantUse;
  readonly thirdPartyTokens: ThirdPartyTokens;
  readonly findUser: FindUser;
  readonly accessTokens: AccessTokens;
}

/**
 * Serves one grant: runs its checks in their order, then issues a token.
 * @throws {OAuthError} with the name of the check that refused the request
 */
export type GrantHandler = (
  endpoint: TokenEndpointDependencies,
  request: TokenRequest,
) => Promise<TokenAnswer>;
