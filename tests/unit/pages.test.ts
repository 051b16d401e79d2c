import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contentSecurityPolicy, problemPage } from '../../pages/page.ts';
import { codePage, credentialsPage, gonePage, wrongCodePage } from '../../pages/pick-up-pages.ts';
import { notSignedInPage, signedInPage } from '../../pages/session-pages.ts';

const credentials = {
  clientId: '7h2k9q0v4m8p1s5t3w6x0y2z4a',
  clientSecret: '1l0O8bq6v0fj3k2r9s8t7u6w5x4y3z2a1b0c9d8e7f6g5h4i3j2',
  tokenUrl: 'https://access.company.example/oauth2/token',
  scopes: ['credit-reports/read'],
};

const pages = {
  code: codePage(),
  'wrong code': wrongCodePage({ triesLeft: 3 }),
  locked: wrongCodePage({ triesLeft: 0 }),
  credentials: credentialsPage(credentials),
  gone: gonePage(),
  problem: problemPage({ title: 'Something went wrong', detail: 'Ask for a new link.' }),
  'signed in': signedInPage({ user: 'dana.li', until: new Date('2026-11-20T10:15:00Z') }),
  'not signed in': notSignedInPage(),
};

const part = (page: string, pattern: RegExp): string => pattern.exec(page)?.[1] ?? '';
const unescaped = (html: string): string =>
  html
    .replace(/&#39;/g, "'")
    .replace(/&quot;/g, '"')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&');
const sha256 = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
const seen = (page: string): string =>
  unescaped(part(page, /<main>([^]*)<\/main>/).replace(/<[^>]*>/g, ' '))
    .replace(/\s+/g, ' ')
    .trim();

describe.each(Object.entries(pages))('the %s page', (_name, page) => {
  test('is a whole document that the policy lets work, and fetches nothing', () => {
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">[^]*<\/html>\n$/);
    expect(contentSecurityPolicy).toBe(
      `default-src 'none'; style-src ${sha256(part(page, /<style>([^]*)<\/style>/))}; ` +
        `script-src ${sha256(part(page, /<script>([^]*)<\/script>/))}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
    );
    expect(page).not.toMatch(/\s(?:src|href|style|on\w+|action)=|url\(|@import|<link|<base|<img|<iframe/i);
  });
});

test('X-5 the code page holds nothing that could differ between links', () => {
  expect(seen(codePage())).toBe(
    'Pick up your API credentials ' +
      'Please enter the code that the business unit passed on to you. It is not in the mail that brought you here. ' +
      'Code Eight letters and digits, capital or small, with or without the hyphen. Show the credentials ' +
      'The credentials are shown once. Go on when you are ready to store them.',
  );
  expect(part(codePage(), /(<form[^>]*>)/)).toBe('<form method="post" autocomplete="off">');
});

test('the field takes every text, since the server reads through dashes that a pattern would refuse', () => {
  expect(codePage()).not.toMatch(/pattern=|maxlength=/u);
});

test.each([
  [4, 'That is not the right code. 4 tries are left; after them the link is locked.'],
  [1, 'That is not the right code. One try is left; after that the link is locked.'],
])('a wrong code with %i tries left is said so, above the form', (triesLeft, message) => {
  const page = wrongCodePage({ triesLeft });
  expect(part(page, /role="alert"[^>]*>([^<]*)/)).toBe(message);
  expect(page).toContain('aria-describedby="wrong hint" aria-invalid="true"');
});

test('the last wrong code ends in what to do, without a form', () => {
  expect(seen(wrongCodePage({ triesLeft: 0 }))).toBe(
    'This link is locked ' +
      'That was the wrong code, and the last try. No credentials were shown. ' +
      'The business unit that asked for your access has been told. Ask them for a new link and a new code.',
  );
});

test('a link that is gone says what may have happened and what to do', () => {
  expect(seen(gonePage())).toBe(
    'This link no longer works ' +
      'It has been used, has expired, was locked after too many wrong codes, or a newer one has replaced it. ' +
      'If you have a newer mail, use the link in that. Otherwise, ask the business unit that asked for your access for a new link and a new code. ' +
      'If the credentials were picked up and it was not you or a colleague, tell the business unit at once.',
  );
});

test("any other problem is told in the caller's words", () => {
  expect(seen(pages.problem)).toBe('Something went wrong Ask for a new link.');
});

test('WF-7 the credentials are shown with a warning, and the secret once', () => {
  expect(seen(pages.credentials)).toContain(
    'This page is shown only this once. Store the client secret in a safe place now: ' +
      'once you close or reload the page, nobody can show it to you again.',
  );
  for (const [id, value] of [
    ['client-id', credentials.clientId],
    ['client-secret', credentials.clientSecret],
    ['token-url', credentials.tokenUrl],
    ['scopes', 'credit-reports/read'],
  ] as const) {
    expect(part(pages.credentials, new RegExp(`<code id="${id}">([^<]*)</code>`))).toBe(value);
  }
  expect(pages.credentials.split(credentials.clientSecret)).toHaveLength(2);
});

test.each([
  { clientId: 'abc', tokenUrl: 'https://host.example/oauth2/token', scopes: ['a/read', 'a/write'] },
  { clientId: 'it\'s; $(id) `id` "', tokenUrl: 'https://host.example/?a=\\&b', scopes: ['<x>'] },
])('the sample command means to a shell what it says: $clientId', ({ clientId, tokenUrl, scopes }) => {
  const page = credentialsPage({ ...credentials, clientId, tokenUrl, scopes });
  const command = unescaped(part(page, /<code id="command">([^]*?)<\/code>/));
  const words = execFileSync('sh', ['-c', `curl() { printf '%s\\n' "$@"; }\n${command}`], {
    encoding: 'utf8',
  });
  expect(words.trimEnd().split('\n')).toEqual([
    '--user',
    clientId,
    '--data',
    'grant_type=client_credentials',
    '--data-urlencode',
    `scope=${scopes.join(' ')}`,
    tokenUrl,
  ]);
});

test('no string becomes markup', () => {
  const markup = fc.constantFrom(
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    '</code>',
    '&amp;',
    "'",
    '</title><base href=//x>',
  );
  const anything = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), markup);
  const skeleton = (page: string): string =>
    (page.match(/[<>"]|&(?!amp;|lt;|gt;|quot;|#39;)/g) ?? []).join('');
  fc.assert(
    fc.property(anything, anything, anything, anything, (clientId, clientSecret, tokenUrl, scope) => {
      expect(skeleton(credentialsPage({ clientId, clientSecret, tokenUrl, scopes: [scope] }))).toBe(
        skeleton(pages.credentials),
      );
      expect(skeleton(problemPage({ title: clientId, detail: tokenUrl }))).toBe(skeleton(pages.problem));
    }),
  );
});
