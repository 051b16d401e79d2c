import type { HttpRequest, HttpResponse } from './http-lambda.ts';
import { guarded } from './page-response.ts';

/**
 * Returns the `Set-Cookie` of a cookie whose name begins with `__Host-`. Browsers accept it only from us over TLS,
 * send it to nobody else (RFC 6265bis §4.1.3.2), and not along with the forms of other sites.
 */
export const hostCookie = (name: string, value: string, seconds: number): string =>
  `${name}=${value}; Secure; HttpOnly; SameSite=Lax; Path=/; Max-Age=${seconds}`;

/**
 * Returns the value of a cookie. Returns undefined if there are several of that name, because no browser sends
 * several.
 */
export function cookieIn({ headers }: HttpRequest, name: string): string | undefined {
  const [value, ...others] = (headers['cookie'] ?? '').split(';').flatMap((each) => {
    const [found, text] = each.trim().split('=', 2);
    return found === name && text !== undefined && text !== '' ? [text] : [];
  });
  return others.length === 0 ? value : undefined;
}

/** Sends the browser on, and tells that address nothing of this one. By 303, a form is not sent again. */
export const redirectTo = (location: string, setCookie?: string): HttpResponse => ({
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
