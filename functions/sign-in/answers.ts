import type { HttpRequest, HttpResponse } from '../../middleware/http-lambda.ts';
import { cookieIn, hostCookie, redirectTo } from '../../middleware/browser.ts';
import { pageResponse } from '../../middleware/page-response.ts';
import { problemPage } from '../../pages/page.ts';
import type { Browser } from '../../core/federation/browser.ts';

const browserCookie = '__Host-sallyport-browser';
const sessionCookie = '__Host-sallyport-sign-in';

/** A browser is recognised for a year, so that its next sign-in is not that of a new browser. */
const browserSeconds = 365 * 86_400;

/** Returns the `Set-Cookie` that binds attempts to the browser. */
export const rememberBrowser = (secret: string): string => hostCookie(browserCookie, secret, browserSeconds);

/** Returns the `Set-Cookie` of a session. */
export const rememberSession = (session: string, seconds: number): string =>
  hostCookie(sessionCookie, session, seconds);

/** Returns the `Set-Cookie` by which a browser forgets its session. */
export const forgetSession = hostCookie(sessionCookie, '', 0);

/** Returns what a browser carries. */
export function browserOf(request: HttpRequest): Browser {
  const [browserSecret, session] = [cookieIn(request, browserCookie), cookieIn(request, sessionCookie)];
  return {
    ...(browserSecret !== undefined && { browserSecret }),
    ...(session !== undefined && { session }),
  };
}

/** The longest query that a form is sent on with: the headers of an answer of API Gateway have 10 KB in all. */
const maxQueryLength = 8000;

/**
 * Sends a form of another site once more by GET. Such a form carries none of our cookies, and a GET does. The body is
 * encoded anew, because it may contain what no header may.
 */
export function sendAgainByGet(path: string, { body }: HttpRequest): HttpResponse {
  const query =
    body.length > maxQueryLength ? undefined : new URLSearchParams(body.toString('utf8')).toString();
  if (query === undefined || query.length > maxQueryLength) return pageResponse(413, tooLongPage);
  return redirectTo(`${path}?${query}`);
}

const tooLongPage = problemPage({
  title: 'That is too much',
  detail: `A request by a form may have ${maxQueryLength} characters. Please tell the support of the application that sent you here.`,
});
