import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { brandedPolicy, contentSecurityPolicy, problemPage } from '../../pages/page.ts';
import { codePage, credentialsPage, gonePage, wrongCodePage } from '../../pages/pick-up-pages.ts';
import { credentials } from '../support/fakes/credentials.ts';
import { notSignedInPage, signedInPage } from '../../pages/session-pages.ts';
import {
  signedOutPage,
  signOutFailedPage,
  signOutPage,
  signOutRefusedPage,
} from '../../pages/sign-in-pages.ts';

const pages = {
  code: codePage(),
  'wrong code': wrongCodePage({ triesLeft: 3 }),
  locked: wrongCodePage({ triesLeft: 0 }),
  credentials: credentialsPage(credentials),
  gone: gonePage(),
  problem: problemPage({ title: 'Something went wrong', detail: 'Ask for a new link.' }),
  'signed in': signedInPage({ user: 'dana.li', until: new Date('2026-11-20T10:15:00Z') }),
  'not signed in': notSignedInPage(),
  'signed out': signedOutPage(),
  'sign-out failed': signOutFailedPage('reference-1'),
  'sign-out refused': signOutRefusedPage('reference-1'),
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

describe.each(Object.entries(pages))('the %s page', (name, page) => {
  test('is a whole document that the policy lets work, and fetches nothing', () => {
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">[^]*<\/html>\n$/);
    const styles = [...page.matchAll(/<style>([^]*?)<\/style>/gu)].map(([, style = '']) => sha256(style));
    expect(name === 'credentials' ? brandedPolicy(credentials.brand) : contentSecurityPolicy).toBe(
      `default-src 'none'; style-src ${styles.join(' ')}; ` +
        `script-src ${sha256(part(page, /<script>([^]*)<\/script>/))}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
    );
    expect(page).not.toMatch(/\s(?:src|style|on\w+|action)=|url\(|@import|<link|<base|<img|<iframe/i);
    expect(page.replaceAll(/<a href=/gu, '')).not.toMatch(/\shref=/iu);
  });
});

test('FED-7 the page that asks about signing out sends along what came, and shows nothing of it', () => {
  const hostile = `"><script>alert('x')</script>`;
  const asking = signOutPage({ sent: { client_id: undefined, state: hostile, confirmation: 'secret' } });
  expect(seen(asking)).toBe(
    'Do you want to sign out? ' +
      'You are signed in, in this browser. Signing out ends this for every application that you have signed in to here. ' +
      'Sign out',
  );
  const fields = [...asking.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)">/gu)];
  expect(fields.map(([, name = '', value = '']) => [name, unescaped(value)])).toEqual([
    ['state', hostile],
    ['confirmation', 'secret'],
  ]);
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

test('the page of the credentials is in the look of the brand, and its support can be followed', () => {
  expect(seen(pages.credentials)).toMatch(
    /^Northwind Data Your API credentials For the API Credit Reports in the environment DEV \./u,
  );
  expect(seen(pages.credentials)).toMatch(/Questions\? Write to help@northwind\.example \.$/u);
  expect(pages.credentials).toContain('<a href="mailto:help@northwind.example">');
  expect(pages.credentials).toContain('<style>:root { --brand: #b3541e; }</style>');
});

test('the page says where to call, what, from where and until when', () => {
  const text = seen(pages.credentials);
  for (const part of [
    'API base address https://access.company.example/apis/credit-reports',
    'Routes GET /reports with credit-reports/read GET /reports/{id} with credit-reports/read',
    'Calls accepted from 203.0.113.10, 198.51.100.0/24',
    'Contract ends 31 January 2027, 00:00 UTC',
    'Documentation https://access.company.example/docs/credit-reports',
  ]) {
    expect(text).toContain(part);
  }
});

test('without a route for the scopes, the page has no program and says what to do', () => {
  const page = credentialsPage({ ...credentials, routes: [], firstCall: undefined });
  expect(page).not.toContain('id="curl"');
  expect(seen(page)).toContain('Your scopes allow no route of this API yet.');
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
      expect(
        skeleton(credentialsPage({ ...credentials, clientId, clientSecret, tokenUrl, scopes: [scope] })),
      ).toBe(skeleton(pages.credentials));
      expect(skeleton(problemPage({ title: clientId, detail: tokenUrl }))).toBe(skeleton(pages.problem));
    }),
  );
});
