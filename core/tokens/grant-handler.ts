import type { AuthorizationCodes } from '../federation/authorization-code.ts';
import type { RefreshTokens } from '../federation/refresh-token.ts';
import type { Environment } from '../catalogue/catalogue.ts';
import type { GrantType } from '../contracts/records.ts';
import type { ClientAuthenticator } from './client-authentication.ts';
import type { MintDependencies } from './mint.ts';
import type {
  AccessTokens,
  AttemptLimit,
  ClientCredentialsIssuer,
  GrantUse,
  IdentityPool,
  PasswordLogin,
  ThirdPartyTokens,
  TokenSigner,
} from './ports.ts';
import type { StandingDependencies } from './standing.ts';
import type { TokenAnswer, TokenRequest } from './token-request.ts';
import type { SessionEnding } from '../federation/end-session.ts';
import type { SessionStore } from '../federation/session.ts';

/** Everything that the grants need. */
export interface TokenEndpointDependencies
  extends ClientAuthenticator, MintDependencies, StandingDependencies, SessionEnding {
  readonly environment: Environment;
  /** The grants that are switched on in this deployment. */
  readonly enabledGrants: readonly GrantType[];
  readonly clientCredentialsIssuer: ClientCredentialsIssuer;
  readonly passwordLogin: PasswordLogin;
  /** Limits on wrong passwords: for one user of a partner, and from one source address. */
  readonly passwordAttempts: { readonly ofUser: AttemptLimit; readonly fromAddress: AttemptLimit };
  readonly grantUse: GrantUse;
  readonly thirdPartyTokens: ThirdPartyTokens;
  readonly codes: Pick<AuthorizationCodes, 'find' | 'use'>;
  readonly refreshTokens: RefreshTokens;
  /** Returns 43 characters that nobody can guess: 256 bits as base64url. */
  readonly newSecret: () => string;
  readonly sessions: Pick<SessionStore, 'find' | 'end'>;
  readonly idTokenSigner: TokenSigner;
  readonly accessTokens: AccessTokens;
  /** Absent if the stage has no identity pool. */
  readonly identityPool?: IdentityPool;
}

/**
 * Serves one grant: runs its checks in their order, then issues a token.
 * @throws {OAuthError} with the name of the check that refused the request
 */
export type GrantHandler = (
  endpoint: TokenEndpointDependencies,
  request: TokenRequest,
) => Promise<TokenAnswer>;
