import { describe, expect, test } from 'vitest';
import { notSignedInPage, signedInPage } from '../../pages/session-pages.ts';
import { cookieOf, isAhead } from '../../functions/session/answers.ts';
import type { HttpRequest } from '../../middleware/http-lambda.ts';

const requestWith = (headers: HttpRequest['headers']): HttpRequest => ({
  method: 'GET',
  resource: '/session',
  pathParameters: {},
  query: {},
  repeatedQuery: [],
  headers,
  body: Buffer.alloc(0),
  requestId: 'request-1',
  sourceIp: '192.0.2.1',
});

test.each<[cookie: string | undefined, value: string | undefined]>([
  ['__Host-sallyport-session=a.b-c_d.e', 'a.b-c_d.e'],
  ['theme=dark; __Host-sallyport-session=a.b.c; other=1', 'a.b.c'],
  ['theme=dark;__Host-sallyport-session=a.b.c', 'a.b.c'],
  [undefined, undefined],
  ['', undefined],
  ['__Host-sallyport-session', undefined],
  ['__Host-sallyport-session=', undefined],
  ['sallyport-session=a.b.c', undefined],
  ['__host-sallyport-session=a.b.c', undefined],
  ['x__Host-sallyport-session=a.b.c', undefined],
  ['__Host-sallyport-session=a.b.c; __Host-sallyport-session=d.e.f', undefined],
])('JWT-4 the cookie in %j is %j', (cookie, value) => {
  expect(cookieOf(requestWith(cookie === undefined ? {} : { cookie }))).toBe(value);
});

test.each<[headers: HttpRequest['headers'], ahead: boolean]>([
  [{ 'sec-purpose': 'prefetch' }, true],
  [{ 'sec-purpose': 'prefetch;prerender' }, true],
  [{ 'sec-purpose': 'prefetch;anonymous-client-ip' }, true],
  [{ purpose: 'prefetch' }, true],
  [{ purpose: ' Prefetch' }, true],
  [{ purpose: 'preview' }, false],
  [{}, false],
])('JWT-4 a request with %j is ahead of a click: %s', (headers, ahead) => {
  expect(isAhead(requestWith(headers))).toBe(ahead);
});

describe('JWT-4 the pages of a session', () => {
  const seen = (page: string): string =>
    (/<main>([^]*)<\/main>/.exec(page)?.[1] ?? '')
      .replaceAll(/<[^>]*>/g, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim();
  const until = new Date('2026-11-20T10:15:59Z');

  // Threat T-45
  test('say who is signed in, and until when', () => {
    expect(seen(signedInPage({ user: 'dana.li', until }))).toBe(
      'You are signed in As dana.li , until 20 November 2026 at 10:15 UTC . After that, the site that brought you here has to sign you in again.',
    );
  });

  test('say that nobody is, and never why', () => {
    expect(seen(notSignedInPage())).toBe(
      'You are not signed in The login failed, or its time is over. Please go back to the site that brought you here and follow its link once more.',
    );
  });

  test("take a user's name as text", () => {
    expect(signedInPage({ user: '<img src=x onerror=alert(1)>"\'&', until })).toContain(
      '<strong>&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;</strong>',
    );
  });
});
