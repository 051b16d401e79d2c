import type { AuthorizationGrant } from '../federation/authorization-code.ts';
import { firstRefreshToken, offlineAccess } from '../federation/refresh-token.ts';
import { endSessions } from '../federation/end-session.ts';
import { sha256Of } from '../sha256.ts';
import { authenticateClient, requireActiveClient } from './client-authentication.ts';
import type { GrantHandler, TokenEndpointDependencies } from './grant-handler.ts';
import { assertCheck } from './oauth-error.ts';
import { issueSignInTokens, requireSignedInUser, type SignedInUser, signInScopes } from './sign-in-tokens.ts';

const grantType = 'authorization_code';

/** The one answer for every code that is not accepted. */
const refusal = ['invalid_grant', 'the code is not accepted'] as const;

/**
 * Serves the authorization code grant: an application gets the tokens of a person who has signed in, RFC 6749
 * §4.1.3, RFC 7636 §4.6 (OAU-3). There is a refresh token where the application has asked for `offline_access`. A
 * code counts once. If the application sends it again, somebody else may have had it, so the session ends, and with
 * it every token that stands on it.
 */
export const authorizationCode: GrantHandler = async (endpoint, { client: presented, parameters }) => {
  const client = await requireActiveClient(
    endpoint,
    await authenticateClient(endpoint, presented),
    grantType,
  );
  const code = parameters.get('code');
  const redirectUri = parameters.get('redirect_uri');
  const verifier = parameters.get('code_verifier');
  assertCheck(
    'parameters',
    code !== undefined && redirectUri !== undefined && verifier !== undefined,
    'invalid_request',
    'code, redirect_uri and code_verifier are needed',
  );
  const grant = await endpoint.codes.find(code);
  assertCheck('code', grant !== undefined && grant.clientId === client.clientId, ...refusal);
  assertCheck('redirect_uri', grant.redirectUri === redirectUri, ...refusal);
  assertCheck('code_verifier', isVerifierOf(grant, verifier), ...refusal);
  if (!(await endpoint.codes.use(code))) {
    await endSessions(endpoint, [grant.sid]);
    assertCheck('code_used', false, ...refusal);
  }
  assertCheck('code_expired', new Date(grant.expiresAt) > endpoint.clock.now(), ...refusal);

  const signedIn = await requireSignedInUser(endpoint, grant, refusal[1]);
  const scopes = signInScopes(client, signedIn, grant.scopes);
  const token = await issueSignInTokens(endpoint, client, { grant, signedIn, scopes, nonce: grant.nonce });
  if (!grant.scopes.includes(offlineAccess)) return { token };
  return { token: { ...token, refresh_token: await issueRefreshToken(endpoint, grant, signedIn) } };
};

/** RFC 7636 §4.1, §4.6: 43 to 128 unreserved characters, of which the challenge is the SHA-256. */
const isVerifierOf = ({ codeChallenge }: AuthorizationGrant, verifier: string): boolean =>
  /^[\w.~-]{43,128}$/u.test(verifier) && sha256Of(verifier) === codeChallenge;

/** Makes the first refresh token of a sign-in at an application. It lives as long as the session. */
async function issueRefreshToken(
  { refreshTokens, newSecret }: TokenEndpointDependencies,
  { clientId, scopes, userId, sid, authenticatedAt, acr }: AuthorizationGrant,
  { sessionEnd }: SignedInUser,
): Promise<string> {
  const token = firstRefreshToken(newSecret);
  const expiresAt = sessionEnd.toISOString();
  await refreshTokens.create(token, { clientId, scopes, userId, sid, authenticatedAt, acr, expiresAt });
  return token;
}
