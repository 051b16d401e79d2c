import type { Issuer } from '../trust/records.ts';
import type { ThirdPartyToken } from '../trust/verdict.ts';
import { scopesInForce } from '../contracts/standing.ts';
import { authenticate, served, type ServedClient } from './client-authentication.ts';
import type { Grant, TokenEndpoint } from './grants.ts';
import { mint, narrowed } from './mint.ts';
import { insist } from './oauth-error.ts';

const type = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** A third party's assertion in place of a login, RFC 7523 §2.1 (JWT-1 to JWT-3). */
export const jwtBearer: Grant = async (endpoint, { client: presented, parameters }) => {
  const client = await served(endpoint, await authenticate(endpoint, presented), type);
  const scopes = narrowed(parameters.get('scope'), scopesInForce(client));
  const assertion = parameters.get('assertion');
  insist('parameters', assertion !== undefined, 'invalid_request', 'assertion is missing');
  const { token } = await spend(endpoint, client, assertion);
  return { token: await mint(endpoint, client, { subject: token.principal, scopes }) };
};

/**
 * Verifies a third party's token and burns it: it counts once.
 * @throws {OAuthError} `invalid_grant`, alike for every reason
 */
export async function spend(
  { thirdPartyTokens, usedIds, localUsers }: Pick<TokenEndpoint, 'thirdPartyTokens' | 'usedIds' | 'localUsers'>,
  { client }: ServedClient, assertion: string,
): Promise<{ readonly issuer: Issuer; readonly token: ThirdPartyToken }> {
  const refusal = ['invalid_grant', 'the assertion is not accepted'] as const;
  const verified = await thirdPartyTokens.verify(assertion);
  insist('refusedBy' in verified ? verified.refusedBy : 'verified', !('refusedBy' in verified), ...refusal);
  const { issuer, token } = verified;
  insist('use', issuer.uses.includes('assertion'), ...refusal);
  insist('partner', issuer.partnerId === client.partnerId, ...refusal);
  insist('user', await localUsers.isActive(issuer.partnerId, token.principal), ...refusal);
  insist('jti', token.jti !== undefined, ...refusal);
  insist('replay', await usedIds.burn(token.issuer, token.jti, token.expiresAt), ...refusal);
  return verified;
}
