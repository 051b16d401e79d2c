import { createHash } from 'node:crypto';
import type { AuthorizationGrant } from '../federation/authorization-code.ts';
import { effectiveScopes } from '../clients/in-force.ts';
import { endOfSignIn, findSignInFault, partnerScopes, type SignInContext } from '../federation/in-force.ts';
import { isSessionAlive } from '../federation/session.ts';
import type { FederatedUser } from '../users/user.ts';
import { type ActiveClient, authenticateClient, requireActiveClient } from './client-authentication.ts';
import type { GrantHandler, TokenEndpointDependencies } from './grant-handler.ts';
import { signIdToken } from './id-token.ts';
import { mint } from './mint.ts';
import { assertCheck } from './oauth-error.ts';

const grantType = 'authorization_code';

/** The one answer for every code that is not accepted. */
const refusal = ['invalid_grant', 'the code is not accepted'] as const;

/**
 * Serves the authorization code grant: an application gets the tokens of a person who has signed in, RFC 6749
 * §4.1.3, RFC 7636 §4.6 (OAU-3). A code counts once. If the application sends it again, somebody else may have
 * had it, so the session ends, and with it every token that stands on it.
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
    await endpoint.sessions.end(grant.sid, endpoint.clock.now());
    assertCheck('code_used', false, ...refusal);
  }
  assertCheck('code_expired', new Date(grant.expiresAt) > endpoint.clock.now(), ...refusal);

  const { user, context, sessionEnd } = await signedInUser(endpoint, grant);
  const scopes = ['openid', ...apiScopes(grant, client, context)];
  const signIn = {
    sid: grant.sid,
    authenticatedAt: new Date(grant.authenticatedAt),
    acr: grant.acr,
    partnerId: user.partnerId,
    contractId: context.contract?.contractId ?? '',
  };
  const end = endOfSignIn(context);
  const token = await mint(endpoint, client, {
    subject: user.userId,
    scopes,
    notAfter: end !== undefined && end < sessionEnd ? end : sessionEnd,
    signIn,
  });
  const { email, name } = user;
  const idToken = await signIdToken(endpoint, {
    ...signIn,
    clientId: client.clientId,
    userId: user.userId,
    email,
    name,
    ...(grant.nonce !== undefined && { nonce: grant.nonce }),
  });
  return { token: { ...token, id_token: idToken } };
};

/** RFC 7636 §4.1, §4.6: 43 to 128 unreserved characters, of which the challenge is the SHA-256. */
const isVerifierOf = ({ codeChallenge }: AuthorizationGrant, verifier: string): boolean =>
  /^[\w.~-]{43,128}$/u.test(verifier) &&
  createHash('sha256').update(verifier).digest('base64url') === codeChallenge;

/** Requires that the person, the session and all whom the sign-in stands on still have access. */
async function signedInUser(
  endpoint: TokenEndpointDependencies,
  grant: AuthorizationGrant,
): Promise<{ readonly user: FederatedUser; readonly context: SignInContext; readonly sessionEnd: Date }> {
  const now = endpoint.clock.now();
  const [session, user] = await Promise.all([
    endpoint.sessions.find(grant.sid),
    endpoint.findUser(grant.userId),
  ]);
  assertCheck('session', isSessionAlive(session, now), ...refusal);
  assertCheck(
    'user',
    user?.origin === 'identity_provider' &&
      user.status === 'active' &&
      user.userId === session.userId &&
      user.partnerId === session.partnerId,
    ...refusal,
  );
  const context = await endpoint.findSignInContext(grant.clientId, session.providerId);
  const { environment, enabledGrants } = endpoint;
  const fault = findSignInFault(context, { now, environment, enabledGrants });
  assertCheck(fault ?? 'sign_in', fault === undefined, ...refusal);
  return { user, context, sessionEnd: new Date(session.expiresAt) };
}

/** Returns the requested scopes of the product that the application and both contracts have. */
function apiScopes(
  { scopes }: AuthorizationGrant,
  client: ActiveClient,
  context: SignInContext,
): readonly string[] {
  const ofPartner = partnerScopes(context);
  return effectiveScopes(client).filter((scope) => scopes.includes(scope) && ofPartner.includes(scope));
}
