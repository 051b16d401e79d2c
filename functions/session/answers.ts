import { sessionPage } from '../../core/tokens/session.ts';
import { notSignedInPage } from '../../core/tokens/session-pages.ts';
import type { HttpRequest, HttpResponse } from '../../middleware/http-lambda.ts';
import { guarded, pageResponse } from '../../middleware/page-response.ts';

/** By its prefix browsers take it only from us, over TLS, and give it back to nobody else (RFC 6265bis §4.1.3.2). */
const cookieName = '__Host-sallyport-session';

const cookie = (value: string, seconds: number): string =>
  `${cookieName}=${value}; Secure; HttpOnly; SameSite=Lax; Path=/; Max-Age=${seconds}`;

/** On to an address without a token, and what the browser keeps. */
const redirect = (location: string, setCookie: string): HttpResponse => ({
  status: 303,
  body: '',
  // API Gateway would call an empty body JSON.
  headers: {
    ...guarded,
    'content-type': 'text/plain',
    'cache-control': 'no-store',
    location,
    'set-cookie': setCookie,
  },
});

export const signedIn = (page: string, accessToken: string, seconds: number): HttpResponse =>
  redirect(page, cookie(accessToken, seconds));

/** A login that fails leaves nobody signed in, also not who was before: a browser must not go on as somebody else. */
export const failed = (publicUrl: string): HttpResponse => redirect(sessionPage(publicUrl), cookie('', 0));

export const nobody = (): HttpResponse => pageResponse(403, notSignedInPage());

/** What the cookie holds. Nothing if there are several, as no browser sends it. */
export function cookieOf({ headers }: HttpRequest): string | undefined {
  const [value, ...others] = (headers['cookie'] ?? '').split(';').flatMap((each) => {
    const [name, text] = each.trim().split('=', 2);
    return name === cookieName && text !== undefined && text !== '' ? [text] : [];
  });
  return others.length === 0 ? value : undefined;
}

/**
 * A browser that fetches ahead of a click that may never come. Only an answer of 2xx would be used for the click.
 * https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Sec-Purpose
 */
export const isAhead = ({ headers }: HttpRequest): boolean =>
  [headers['sec-purpose'], headers['purpose']].some((purpose) =>
    purpose?.trim().toLowerCase().startsWith('prefetch'),
  );
