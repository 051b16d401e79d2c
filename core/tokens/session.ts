import type { Environment } from '../catalogue/catalogue.ts';
import { effectiveScopes } from '../clients/in-force.ts';
import type { GrantType } from '../contracts/records.ts';
import { isSessionPage } from '../trust/session-page.ts';
import { requireActiveClient } from './client-authentication.ts';
import { consumeJti, requireActiveUser, type ThirdPartyLogins, verifyThirdPartyToken } from './jwt-bearer.ts';
import { scopesWithin } from '../trust/token-limits.ts';
import { sessionAudience } from '../trust/token-use.ts';
import { type MintDependencies, mint, narrowScopes } from './mint.ts';
import { assertCheck } from './oauth-error.ts';
import type { AccessTokens } from './ports.ts';
import { judgeStanding, type StandingDependencies } from './standing.ts';

/** What is needed to open and to show browser sessions. */
export interface Sessions extends ThirdPartyLogins, MintDependencies, StandingDependencies {
  readonly environment: Environment;
  /** The grants that are switched on in this deployment. */
  readonly enabledGrants: readonly GrantType[];
  readonly accessTokens: AccessTokens;
}

/** A login as a browser presents it: a token in the address of a page. */
export interface PresentedLogin {
  readonly method: string;
  readonly token: string;
  /** Whether the address contains more than one token. */
  readonly repeated: boolean;
}

/** The session that a login has opened. */
export interface OpenedSession {
  /** An access token of our own for the user (RFC 9068). */
  readonly accessToken: string;
  /** In seconds. */
  readonly expiresIn: number;
  readonly clientId: string;
  readonly partnerId: string;
  /** The page that the browser is sent to next. */
  readonly page: string;
}

/**
 * The maximum length of the token in a cookie, in characters. Browsers silently drop a cookie of more than
 * 4096 bytes, name included (RFC 6265bis §5.6).
 */
const maxCookieLength = 4000;

/**
 * Returns the address of the page that says who is signed in. It is used where an issuer has no page of its
 * own.
 */
export const sessionPage = (publicUrl: string): string => `${publicUrl}/session`;

/** Returns the audiences of a session: its own one, and one product's part of the API. */
const audiencesOf = (publicUrl: string, product: string): readonly string[] => [
  sessionAudience(publicUrl),
  `${publicUrl}/apis/${product}`,
];

/**
 * Signs in the user of a third party's token that came in the address of a page. The token may be used once
 * (JWT-4).
 * @throws {OAuthError} whose `check` names the check that refused; the browser learns only that the login
 *   failed
 */
export async function openSession(
  sessions: Sessions,
  { method, token, repeated }: PresentedLogin,
): Promise<OpenedSession> {
  assertCheck('method', method === 'GET', 'invalid_request', 'a login comes by GET');
  assertCheck('parameters', !repeated, 'invalid_request', 'access_token is repeated');
  const verified = await verifyThirdPartyToken(sessions, token, 'session');
  const client = await requireActiveClient(sessions, verified.issuer.clientId);
  const login = await requireActiveUser(sessions, client, verified);
  const scopes = narrowScopes(undefined, scopesWithin(login.limits, effectiveScopes(client)));

  await consumeJti(sessions, login);
  const { sessionPage: page } = verified.issuer;
  const { access_token: accessToken, expires_in: expiresIn } = await mint(sessions, client, {
    subject: login.principal,
    scopes,
    audience: audiencesOf(sessions.issuer, client.client.product),
    act: login.limits.act,
    mayAct: login.limits.mayAct,
  });
  assertCheck(
    'cookie_length',
    accessToken.length <= maxCookieLength,
    'invalid_scope',
    'the session has more scopes than fit into a cookie',
  );
  return {
    accessToken,
    expiresIn,
    clientId: client.clientId,
    partnerId: client.client.partnerId,
    // The record may have been saved when our public address was a different one.
    page: page !== undefined && isSessionPage(page, sessions.issuer) ? page : sessionPage(sessions.issuer),
  };
}

/**
 * Returns who is signed in by the token of a cookie, and until when. Returns undefined unless the token
 * belongs to a session, and everybody whom it depends on still has access.
 */
export async function signedIn(
  sessions: Sessions,
  accessToken: string,
): Promise<{ readonly user: string; readonly until: Date } | undefined> {
  const { accessTokens, issuer } = sessions;
  const token = await accessTokens.verify(accessToken);
  if ('refusedBy' in token) return undefined;
  const {
    standing: { clientContext },
    fault,
  } = await judgeStanding(sessions, token);
  if (fault !== undefined) return undefined;
  const expected = audiencesOf(issuer, clientContext.client?.product ?? '');
  const audiences = token.audiences ?? [];
  if (audiences.length !== expected.length || !expected.every((each) => audiences.includes(each))) {
    return undefined;
  }
  return { user: token.subject, until: token.expiresAt };
}
