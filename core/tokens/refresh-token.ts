import { isRefreshToken, successorOf } from '../federation/refresh-token.ts';
import { endSessions } from '../federation/end-session.ts';
import { authenticateClient, requireActiveClient } from './client-authentication.ts';
import type { GrantHandler } from './grant-handler.ts';
import { narrowScopes } from './mint.ts';
import { assertCheck } from './oauth-error.ts';
import { issueSignInTokens, requireSignedInUser, signInScopes } from './sign-in-tokens.ts';

/** The one answer for every refresh token that is not accepted. */
const refusal = ['invalid_grant', 'the refresh token is not accepted'] as const;

/**
 * Serves a refresh token: an application gets new tokens of a person who has signed in, RFC 6749 §6 (OAU-3). It
 * needs what a code needs: the session, the person and all whom the sign-in stands on are looked up again. The
 * scopes can be narrowed for this answer, and never widened.
 *
 * Every use gives a new refresh token in place of the one that was sent (RFC 9700 §4.14.2). An answer can get lost,
 * so the application may send the same token again until it has used the new one. It then gets another new one, and
 * the lost one does not count any more. A token that comes later than that has been in two hands. So the session
 * ends, and with it every token that stands on it. That is true of the lost one, too: if somebody else has taken
 * it, either they or the application are found out by the next use.
 */
export const refreshToken: GrantHandler = async (endpoint, { client: presented, parameters }) => {
  const client = await requireActiveClient(
    endpoint,
    await authenticateClient(endpoint, presented),
    'authorization_code',
  );
  const token = parameters.get('refresh_token');
  assertCheck('parameters', token !== undefined, 'invalid_request', 'refresh_token is needed');
  const grant = isRefreshToken(token) ? await endpoint.refreshTokens.find(token) : undefined;
  assertCheck('refresh_token', grant !== undefined && grant.clientId === client.clientId, ...refusal);
  const signedIn = await requireSignedInUser(endpoint, grant, refusal[1]);
  const scopes = signInScopes(client, signedIn, narrowScopes(parameters.get('scope'), grant.scopes));

  const successor = successorOf(token, endpoint.newSecret);
  if (!(await endpoint.refreshTokens.replace(token, successor))) {
    await endSessions(endpoint, [grant.sid]);
    assertCheck('refresh_token_used', false, ...refusal);
  }
  // The nonce belongs to the request that the person signed in by (OpenID Connect Core 1.0 §12.2).
  const issued = await issueSignInTokens(endpoint, client, { grant, signedIn, scopes });
  return { token: { ...issued, refresh_token: successor } };
};
