import type { Environment } from '../catalogue/catalogue.ts';
import type { FindClientContext } from '../clients/client-context.ts';
import { effectiveScopes, findInactiveReason } from '../clients/in-force.ts';
import { isSessionPage } from '../trust/session-page.ts';
import { requireActiveClient } from './client-authentication.ts';
import { consumeJti, requireActiveUser, type ThirdPartyLogins, verifyThirdPartyToken } from './jwt-bearer.ts';
import { type MintDependencies, mint, narrowScopes } from './mint.ts';
import { assertCheck } from './oauth-error.ts';
import type { AccessTokens } from './ports.ts';

export interface Sessions extends ThirdPartyLogins, MintDependencies {
  readonly environment: Environment;
  readonly findClientContext: FindClientContext;
  readonly accessTokens: AccessTokens;
}

/** A login as a browser brings it: in the address of a page. */
export interface PresentedLogin {
  readonly method: string;
  readonly token: string;
  /** The address names several. */
  readonly repeated: boolean;
}

/** What the browser gets for it. */
export interface OpenedSession {
  /** Ours, of the user: RFC 9068. */
  readonly accessToken: string;
  /** Seconds. */
  readonly expiresIn: number;
  readonly clientId: string;
  readonly partnerId: string;
  /** Where it goes on. */
  readonly page: string;
}

/** Browsers drop a cookie of more than 4096 bytes, name included, without a word (RFC 6265bis §5.6). */
const longestCookie = 4000;

/** The page that says who is signed in: where every login ends that has no page of its own. */
export const sessionPage = (publicUrl: string): string => `${publicUrl}/session`;

/** A session is for one product's part of the API. */
const productPart = (publicUrl: string, product: string): string => `${publicUrl}/apis/${product}`;

/**
 * A third party's token in the address of a page logs its user in, once (JWT-4).
 * @throws {OAuthError} whose `check` says what refused; the browser is told nothing but that it failed
 */
export async function openSession(
  sessions: Sessions,
  { method, token, repeated }: PresentedLogin,
): Promise<OpenedSession> {
  assertCheck('method', method === 'GET', 'invalid_request', 'a login comes by GET');
  assertCheck('parameters', !repeated, 'invalid_request', 'access_token is repeated');
  const verified = await verifyThirdPartyToken(sessions, token, 'session');
  const client = await requireActiveClient(sessions, verified.issuer.clientId);
  const scopes = narrowScopes(undefined, effectiveScopes(client));
  const login = await requireActiveUser(sessions, client, verified);

  await consumeJti(sessions, login);
  const { sessionPage: page } = verified.issuer;
  const { access_token: accessToken, expires_in: expiresIn } = await mint(sessions, client, {
    subject: login.principal,
    scopes,
    audience: productPart(sessions.issuer, client.client.product),
  });
  assertCheck(
    'cookie_length',
    accessToken.length <= longestCookie,
    'invalid_scope',
    'the session has more scopes than fit into a cookie',
  );
  return {
    accessToken,
    expiresIn,
    clientId: client.clientId,
    partnerId: client.client.partnerId,
    // A record may be older than the address that we have now.
    page: page !== undefined && isSessionPage(page, sessions.issuer) ? page : sessionPage(sessions.issuer),
  };
}

/** Who is signed in by the token of a cookie, and until when. Nobody, unless it is a session's and all that it stands on is in force. */
export async function signedIn(
  { accessTokens, findClientContext, clock, environment, issuer }: Sessions,
  accessToken: string,
): Promise<{ readonly user: string; readonly until: Date } | undefined> {
  const token = await accessTokens.verify(accessToken);
  if ('refusedBy' in token) return undefined;
  const clientContext = await findClientContext(token.clientId);
  if (findInactiveReason(clientContext, clock.now(), environment) !== undefined) return undefined;
  const [audience, ...others] = token.audiences ?? [];
  if (others.length > 0 || audience !== productPart(issuer, clientContext.client?.product ?? '')) {
    return undefined;
  }
  return { user: token.subject, until: token.expiresAt };
}
