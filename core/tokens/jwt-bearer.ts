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
  const { token, spend } = await believed(endpoint, client, assertion);
  await spend();
  return { token: await mint(endpoint, client, { subject: token.principal, scopes }) };
};

export type ThirdPartyLogins = Pick<TokenEndpoint, 'thirdPartyTokens' | 'usedIds' | 'localUsers'>;

interface Verified {
  readonly issuer: Issuer;
  readonly token: ThirdPartyToken;
}

const refusal = ['invalid_grant', 'the assertion is not accepted'] as const;

/**
 * Verifies a third party's assertion. It counts once: `spend` burns it, when nothing else can refuse the request.
 * @throws {OAuthError} `invalid_grant`, alike for every reason; so does `spend`
 */
export async function believed(
  logins: ThirdPartyLogins,
  client: ServedClient,
  assertion: string,
): Promise<{ readonly token: ThirdPartyToken; readonly spend: () => Promise<void> }> {
  const verified = await trusted(logins, assertion, 'assertion');
  return { token: verified.token, ...(await spendable(logins, client, verified)) };
}

/**
 * What a third party's token says, if its issuer may be believed where it is used.
 * @throws {OAuthError} `invalid_grant`, alike for every reason
 */
export async function trusted(
  { thirdPartyTokens }: ThirdPartyLogins,
  token: string,
  use: Issuer['uses'][number],
): Promise<Verified> {
  const verified = await thirdPartyTokens.verify(token);
  insist('refusedBy' in verified ? verified.refusedBy : 'verified', !('refusedBy' in verified), ...refusal);
  insist('use', verified.issuer.uses.includes(use), ...refusal);
  return verified;
}

/**
 * Holds a token to the client that is to be served: it has to be of an active user of its partner, and to have an id,
 * which `spend` burns.
 * @throws {OAuthError} `invalid_grant`, alike for every reason; so does `spend`
 */
export async function spendable(
  { usedIds, localUsers }: ThirdPartyLogins,
  { client }: ServedClient,
  { issuer, token }: Verified,
): Promise<{ readonly spend: () => Promise<void> }> {
  const { jti } = token;
  insist('partner', issuer.partnerId === client.partnerId, ...refusal);
  insist('user', await localUsers.isActive(issuer.partnerId, token.principal), ...refusal);
  insist('jti', jti !== undefined, ...refusal);
  return {
    spend: async () => {
      insist('replay', await usedIds.burn(token.issuer, jti, token.expiresAt), ...refusal);
    },
  };
}
