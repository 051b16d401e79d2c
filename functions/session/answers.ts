import { sessionPage } from '../../core/tokens/session.ts';
import { notSignedInPage } from '../../pages/session-pages.ts';
import type { HttpRequest, HttpResponse } from '../../middleware/http-lambda.ts';
import { cookieIn, hostCookie, redirectTo } from '../../middleware/browser.ts';
import { pageResponse } from '../../middleware/page-response.ts';

const cookieName = '__Host-sallyport-session';

/** Redirects to the session page with the session cookie. */
export const signedIn = (page: string, accessToken: string, seconds: number): HttpResponse =>
  redirectTo(page, hostCookie(cookieName, accessToken, seconds));

/**
 * Redirects after a failed login. It also ends an earlier session, so that the browser does not go on as
 * another user.
 */
export const failed = (publicUrl: string): HttpResponse =>
  redirectTo(sessionPage(publicUrl), hostCookie(cookieName, '', 0));

/** Returns the page for a browser without a session. */
export const nobody = (): HttpResponse => pageResponse(403, notSignedInPage());

/** Returns the value of the session cookie. */
export const cookieOf = (request: HttpRequest): string | undefined => cookieIn(request, cookieName);

/**
 * Returns whether the browser prefetches the page for a click that may never come. It would use only a 2xx
 * answer for that click. https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Sec-Purpose
 */
export const isAhead = ({ headers }: HttpRequest): boolean =>
  [headers['sec-purpose'], headers['purpose']].some((purpose) =>
    purpose?.trim().toLowerCase().startsWith('prefetch'),
  );
