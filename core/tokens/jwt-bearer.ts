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
  const { token, spend } = await believed(endpoint, client, assertion);
  await spend();
  return { token: await mint(endpoint, client, { subject: token.principal, scopes }) };
};

/**
 * Verifies a third party's token. It counts once: `spend` burns it, when nothing else can refuse the request.
 * @throws {OAuthError} `invalid_grant`, alike for every reason; so does `spend`
 */
export async function believed(
  { thirdPartyTokens, usedIds, localUsers }: Pick<TokenEndpoint, 'thirdPartyTokens' | 'usedIds' | 'localUsers'>,
  { client }: ServedClient, assertion: string,
): Promise<{ readonly token: ThirdPartyToken; readonly spend: () => Promise<void> }> {
  const refusal = ['invalid_grant', 'the assertion is not accepted'] as const;
  const verified = await thirdPartyTokens.verify(assertion);
  insist('refusedBy' in verified ? verified.refusedBy : 'verified', !('refusedBy' in verified), ...refusal);
  const { issuer, token } = verified;
  const { jti } = token;
  insist('use', issuer.uses.includes('assertion'), ...refusal);
  insist('partner', issuer.partnerId === client.partnerId, ...refusal);
  insist('user', await localUsers.isActive(issuer.partnerId, token.principal), ...refusal);
  insist('jti', jti !== undefined, ...refusal);
  return { token, spend: async () => { insist('replay', await usedIds.burn(token.issuer, jti, token.expiresAt), ...refusal); } };
}
