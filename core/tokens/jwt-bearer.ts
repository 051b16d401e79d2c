import type { Issuer } from '../trust/records.ts';
import type { ThirdPartyToken } from '../trust/verification.ts';
import { effectiveScopes } from '../clients/in-force.ts';
import { authenticateClient, requireActiveClient, type ActiveClient } from './client-authentication.ts';
import type { GrantHandler, TokenEndpointDependencies } from './grant-handler.ts';
import { mint, narrowScopes } from './mint.ts';
import { assertCheck } from './oauth-error.ts';
import { actorsOf, scopesWithin, type TokenLimits } from '../trust/token-limits.ts';
import { isMeantFor } from '../trust/token-use.ts';
import { isUserActive } from '../users/user.ts';

const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/**
 * Serves the JWT bearer grant: a third party's assertion takes the place of a login, RFC 7523 §2.1 (JWT-1 to
 * JWT-3).
 */
export const jwtBearer: GrantHandler = async (endpoint, { client: presented, parameters }) => {
  const client = await requireActiveClient(
    endpoint,
    await authenticateClient(endpoint, presented),
    grantType,
  );
  const requestable = narrowScopes(parameters.get('scope'), effectiveScopes(client));
  const assertion = parameters.get('assertion');
  assertCheck('parameters', assertion !== undefined, 'invalid_request', 'assertion is missing');
  const login = await verifyAssertion(endpoint, client, assertion);
  const scopes = narrowScopes(parameters.get('scope'), scopesWithin(login.limits, requestable));
  await consumeJti(endpoint, login);
  const { act, mayAct } = login.limits;
  return { token: await mint(endpoint, client, { subject: login.principal, scopes, act, mayAct }) };
};

/** What is needed to accept third parties' logins. */
export type ThirdPartyLogins = Pick<
  TokenEndpointDependencies,
  'thirdPartyTokens' | 'usedJtis' | 'findUser' | 'issuer'
>;

/** A verified token of a third party, and the record of its issuer. */
export interface VerifiedThirdPartyToken {
  readonly issuer: Issuer;
  readonly token: ThirdPartyToken;
}

/** A third party's login of an active user. Its `jti` may be used once. */
export interface SingleUseLogin {
  readonly issuer: string;
  readonly principal: string;
  readonly jti: string;
  readonly expiresAt: Date;
  /** What its tokens are held to here. Actors are named by their issuer too. */
  readonly limits: TokenLimits;
}

/** The one answer for every refusal, so that the caller learns nothing about the reason. */
const refusal = ['invalid_grant', 'the assertion is not accepted'] as const;

/**
 * Verifies a third party's assertion for this client. The caller must consume its `jti` only after every
 * other check of the request has passed.
 * @throws {OAuthError} `invalid_grant`, with the same description for every reason
 */
export async function verifyAssertion(
  logins: ThirdPartyLogins,
  client: ActiveClient,
  assertion: string,
): Promise<SingleUseLogin> {
  return requireActiveUser(logins, client, await verifyThirdPartyToken(logins, assertion, 'assertion'));
}

/**
 * Verifies a third party's token. Its issuer must be trusted for this use, and the token be meant for it.
 * @throws {OAuthError} `invalid_grant`, with the same description for every reason
 */
export async function verifyThirdPartyToken(
  { thirdPartyTokens, issuer: publicUrl }: ThirdPartyLogins,
  token: string,
  use: Issuer['uses'][number],
): Promise<VerifiedThirdPartyToken> {
  const verified = await thirdPartyTokens.verify(token);
  assertCheck(
    'refusedBy' in verified ? verified.refusedBy : 'verified',
    !('refusedBy' in verified),
    ...refusal,
  );
  const { issuer, token: read } = verified;
  assertCheck('use', isMeantFor(use, issuer, read.audience, publicUrl), ...refusal);
  return verified;
}

/**
 * Requires that a verified token is for the client's partner, names an active user of that partner, and has a
 * `jti`.
 * @throws {OAuthError} `invalid_grant`, with the same description for every reason
 */
export async function requireActiveUser(
  { findUser }: ThirdPartyLogins,
  { client }: ActiveClient,
  { issuer, token }: VerifiedThirdPartyToken,
): Promise<SingleUseLogin> {
  const { principal, jti, expiresAt, limits } = token;
  assertCheck('partner', issuer.partnerId === client.partnerId, ...refusal);
  assertCheck('user', isUserActive(await findUser(principal), issuer.partnerId), ...refusal);
  assertCheck('jti', jti !== undefined, ...refusal);
  const act = limits.act && actorsOf(token.issuer, limits.act);
  return {
    issuer: token.issuer,
    principal,
    jti,
    expiresAt,
    limits: { ...limits, ...(act !== undefined && { act }) },
  };
}

/**
 * Consumes the `jti` of a login, so that the same login is refused until it has expired.
 * @throws {OAuthError} `invalid_grant` if the `jti` was used before
 */
export async function consumeJti(
  { usedJtis }: ThirdPartyLogins,
  { issuer, jti, expiresAt }: SingleUseLogin,
): Promise<void> {
  assertCheck('replay', await usedJtis.consume(issuer, jti, expiresAt), ...refusal);
}
