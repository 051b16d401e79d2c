import type { AuthorizationGrant } from '../federation/authorization-code.ts';
import { effectiveScopes } from '../clients/in-force.ts';
import { endOfSignIn, findSessionFault, partnerScopes, type SignInContext } from '../federation/in-force.ts';
import { domainOf } from '../mailbox.ts';
import { isSessionAliveFor } from '../federation/session.ts';
import type { FederatedUser } from '../users/user.ts';
import type { ActiveClient } from './client-authentication.ts';
import type { TokenEndpointDependencies } from './grant-handler.ts';
import { signIdToken } from './id-token.ts';
import { mint } from './mint.ts';
import { assertCheck } from './oauth-error.ts';
import type { TokenResponse } from './token-request.ts';

/** A sign-in that an application asks tokens for, by a code or by a refresh token. */
export type SignInGrant = Pick<AuthorizationGrant, 'clientId' | 'userId' | 'sid' | 'authenticatedAt' | 'acr'>;

/** A person whose sign-in still counts, with the records that it stands on. */
export interface SignedInUser {
  readonly user: FederatedUser;
  readonly context: SignInContext;
  readonly sessionEnd: Date;
}

/**
 * Requires that the person, the session and all whom the sign-in stands on still have access. The session is read
 * anew; the other records may be cached for a short, fixed time.
 * @param description what the caller is told, whatever is missing
 * @throws {OAuthError} `invalid_grant` with the name of the check
 */
export async function requireSignedInUser(
  endpoint: TokenEndpointDependencies,
  { clientId, sid, userId }: SignInGrant,
  description: string,
): Promise<SignedInUser> {
  const now = endpoint.clock.now();
  const [session, user] = await Promise.all([endpoint.sessions.find(sid), endpoint.findUser(userId)]);
  assertCheck('session', isSessionAliveFor(session, clientId, now), 'invalid_grant', description);
  assertCheck(
    'user',
    user?.origin === 'identity_provider' &&
      user.status === 'active' &&
      user.userId === session.userId &&
      user.partnerId === session.partnerId,
    'invalid_grant',
    description,
  );
  const context = await endpoint.findSignInContext(clientId, session.providerId);
  const { environment, enabledGrants } = endpoint;
  const fault = findSessionFault(session, context, { now, environment, enabledGrants });
  assertCheck(fault ?? 'sign_in', fault === undefined, 'invalid_grant', description);
  // The ID token states the address, so the provider has to vouch for it still.
  const isVouchedFor = context.provider?.domains.includes(domainOf(user.email)) === true;
  assertCheck('email_domain', isVouchedFor, 'invalid_grant', description);
  return { user, context, sessionEnd: new Date(session.expiresAt) };
}

/**
 * Returns the scopes of a signed-in person's access token: `openid`, and those of the product that application and
 * both contracts have, as far as they are asked for.
 * @throws {OAuthError} `invalid_scope` if there is none
 */
export function signInScopes(
  client: ActiveClient,
  { context }: SignedInUser,
  requested: readonly string[],
): readonly string[] {
  const ofPartner = partnerScopes(context);
  const ofApi = effectiveScopes(client).filter((scope) => ofPartner.includes(scope));
  const scopes = ['openid', ...ofApi].filter((scope) => requested.includes(scope));
  assertCheck('scope', scopes.length > 0, 'invalid_scope', 'nothing is left of the scopes asked for');
  return scopes;
}

/**
 * Returns the tokens of a signed-in person. The access token ends with the session and with each contract. There is
 * an ID token where the scopes contain `openid`.
 */
export async function issueSignInTokens(
  endpoint: TokenEndpointDependencies,
  client: ActiveClient,
  { grant, signedIn, scopes, nonce }: SignInTokens,
): Promise<TokenResponse> {
  const { user, context, sessionEnd } = signedIn;
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
  if (!scopes.includes('openid')) return token;
  const { userId, email, name } = user;
  const idToken = await signIdToken(endpoint, {
    ...signIn,
    clientId: client.clientId,
    userId,
    email,
    name,
    ...(nonce !== undefined && { nonce }),
  });
  return { ...token, id_token: idToken };
}

interface SignInTokens {
  readonly grant: SignInGrant;
  readonly signedIn: SignedInUser;
  /** Those of {@link signInScopes}. */
  readonly scopes: readonly string[];
  /** The application's own, of the request that the person signed in by. */
  readonly nonce?: string | undefined;
}
