import { sessionPage } from '../../core/tokens/session.ts';
import { notSignedInPage } from '../../pages/session-pages.ts';
import type { HttpRequest, HttpResponse } from '../../middleware/http-lambda.ts';
import { guarded, pageResponse } from '../../middleware/page-response.ts';

/**
 * The name of the session cookie. Because of its prefix, browsers accept it only from us over TLS, and send
 * it to nobody else (RFC 6265bis §4.1.3.2).
 */
const cookieName = '__Host-sallyport-session';

const cookie = (value: string, seconds: number): string =>
  `${cookieName}=${value}; Secure; HttpOnly; SameSite=Lax; Path=/; Max-Age=${seconds}`;

/** Redirects the browser to an address without a token, and sets the cookie. */
const redirect = (location: string, setCookie: string): HttpResponse => ({
  status: 303,
  body: '',
  // API Gateway would label an empty body as JSON.
  headers: {
    ...guarded,
    'content-type': 'text/plain',
    'cache-control': 'no-store',
    location,
    'set-cookie': setCookie,
  },
});
/** Redirects to the session page with the session cookie. */
export const signedIn = (page: string, accessToken: string, seconds: number): HttpResponse =>
  redirect(page, cookie(accessToken, seconds));

/**
 * Redirects after a failed login. It also ends an earlier session, so that the browser does not go on as
 * another user.
 */
export const failed = (publicUrl: string): HttpResponse => redirect(sessionPage(publicUrl), cookie('', 0));
/** Returns the page for a browser without a session. */
export const nobody = (): HttpResponse => pageResponse(403, notSignedInPage());

/**
 * Returns the value of the session cookie. Returns undefined if there are several, because no browser sends
 * several.
 */
export function cookieOf({ headers }: HttpRequest): string | undefined {
  const [value, ...others] = (headers['cookie'] ?? '').split(';').flatMap((each) => {
    const [name, text] = each.trim().split('=', 2);
    return name === cookieName && text !== undefined && text !== '' ? [text] : [];
  });
  return others.length === 0 ? value : undefined;
}

/**
 * Returns whether the browser prefetches the page for a click that may never come. It would use only a 2xx
 * answer for that click. https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Sec-Purpose
 */
export const isAhead = ({ headers }: HttpRequest): boolean =>
  [headers['sec-purpose'], headers['purpose']].some((purpose) =>
    purpose?.trim().toLowerCase().startsWith('prefetch'),
  );
