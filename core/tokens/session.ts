import type { Environment } from '../catalogue/catalogue.ts';
import type { FindStanding } from '../contracts/records.ts';
import { scopesInForce, whyNotInForce } from '../contracts/standing.ts';
import { isSessionPage } from '../trust/session-page.ts';
import { served } from './client-authentication.ts';
import { spendable, type ThirdPartyLogins, trusted } from './jwt-bearer.ts';
import { type Mint, mint, narrowed } from './mint.ts';
import { insist } from './oauth-error.ts';
import type { AccessTokens } from './ports.ts';

export interface Sessions extends ThirdPartyLogins, Mint {
  readonly environment: Environment;
  readonly findStanding: FindStanding;
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
  insist('method', method === 'GET', 'invalid_request', 'a login comes by GET');
  insist('parameters', !repeated, 'invalid_request', 'access_token is repeated');
  const verified = await trusted(sessions, token, 'session');
  const client = await served(sessions, verified.issuer.clientId);
  const scopes = narrowed(undefined, scopesInForce(client));
  const { spend } = await spendable(sessions, client, verified);

  await spend();
  const {
    issuer: { sessionPage: page },
    token: { principal },
  } = verified;
  const { access_token: accessToken, expires_in: expiresIn } = await mint(sessions, client, {
    subject: principal,
    scopes,
    audience: productPart(sessions.issuer, client.client.product),
  });
  insist(
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
  { accessTokens, findStanding, clock, environment, issuer }: Sessions,
  accessToken: string,
): Promise<{ readonly user: string; readonly until: Date } | undefined> {
  const token = await accessTokens.verify(accessToken);
  if ('refusedBy' in token) return undefined;
  const standing = await findStanding(token.clientId);
  if (whyNotInForce(standing, clock.now(), environment) !== undefined) return undefined;
  const [audience, ...others] = token.audiences ?? [];
  if (others.length > 0 || audience !== productPart(issuer, standing.client?.product ?? '')) return undefined;
  return { user: token.subject, until: token.expiresAt };
}
