import type { HttpRequest, HttpResponse } from '../../middleware/http-lambda.ts';
import { guarded, pageResponse } from '../../middleware/page-response.ts';
import { problemPage } from '../../pages/page.ts';
import type { Browser } from '../../core/federation/browser.ts';

/**
 * The names of the cookies. Because of the prefix, browsers accept them only from us over TLS, and send them to
 * nobody else (RFC 6265bis §4.1.3.2).
 */
const browserCookie = '__Host-sallyport-browser';
const sessionCookie = '__Host-sallyport-sign-in';

/** A cookie comes along when a provider or an application sends the browser here, and not with others' forms. */
const cookie = (name: string, value: string, seconds: number): string =>
  `${name}=${value}; Secure; HttpOnly; SameSite=Lax; Path=/; Max-Age=${seconds}`;

/** A browser is recognised for a year, so that its next sign-in is not that of a new browser. */
const browserSeconds = 365 * 86_400;

/** Returns the `Set-Cookie` that binds attempts to the browser. */
export const rememberBrowser = (secret: string): string => cookie(browserCookie, secret, browserSeconds);

/** Returns the `Set-Cookie` of a session. */
export const rememberSession = (session: string, seconds: number): string =>
  cookie(sessionCookie, session, seconds);

/** Returns the `Set-Cookie` by which a browser forgets its session. */
export const forgetSession = cookie(sessionCookie, '', 0);

/** Returns what a browser carries. A cookie that it sends twice does not count, because no browser does that. */
export function browserOf({ headers }: HttpRequest): Browser {
  const values = new Map<string, string[]>();
  for (const each of (headers['cookie'] ?? '').split(';')) {
    const [name = '', value = ''] = each.trim().split('=', 2);
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  const only = (name: string): string | undefined => {
    const [value, ...others] = values.get(name) ?? [];
    return others.length === 0 && value !== '' ? value : undefined;
  };
  const [browserSecret, session] = [only(browserCookie), only(sessionCookie)];
  return {
    ...(browserSecret !== undefined && { browserSecret }),
    ...(session !== undefined && { session }),
  };
}

/** Sends the browser on. By 303, a form is not sent again. */
export const redirect = (location: string, setCookie?: string): HttpResponse => ({
  status: 303,
  body: '',
  headers: {
    ...guarded,
    // API Gateway would label an empty body as JSON.
    'content-type': 'text/plain',
    'cache-control': 'no-store',
    location,
    ...(setCookie !== undefined && { 'set-cookie': setCookie }),
  },
});

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
  return redirect(`${path}?${query}`);
}

const tooLongPage = problemPage({
  title: 'That is too much',
  detail: `A request by a form may have ${maxQueryLength} characters. Please tell the support of the application that sent you here.`,
});
