import { describe, expect, test } from 'vitest';
import { brandedPolicy, contentSecurityPolicy, problemPage } from '../../pages/page.ts';
import { credentialsPage, gonePage, wrongCodePage } from '../../pages/pick-up-pages.ts';
import { answersFor } from '../../functions/credential-pickup/answers.ts';
import { pageResponse } from '../../middleware/page-response.ts';
import { firstCallPrograms } from '../../pages/first-call.ts';
import { credentials } from '../support/fakes/credentials.ts';

const refusal = { status: 415, code: 'unsupported_media_type', title: 'The body must be a form.' };
const trouble =
  'Something went wrong on our side. Please try once more in a minute. If the link no longer works then, ask the business unit for a new one.';

const notInForce =
  'The access is stopped, or its contract is not in force now. The link and the code stay valid: try again once it is in force, or ask the business unit.';
const ended =
  'The access that this link was for has ended, so the link gives no credentials. Ask the business unit if you still need access.';

const guards = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};
const pageHeaders = {
  ...guards,
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': contentSecurityPolicy,
};
const json = (status: number, body: object) => ({
  status,
  headers: { ...guards, 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
const problem = (status: number, code: string, title: string, members: object = {}) => ({
  status,
  headers: { ...guards, 'content-type': 'application/problem+json' },
  body: JSON.stringify({ type: 'about:blank', title, status, code, ...members }),
});
const page = (status: number, body: string) => ({ status, headers: pageHeaders, body });

describe('X-5 the answers of a pick-up', () => {
  test('for programs', () => {
    const answers = answersFor('application/json');
    expect(answers.credentials(credentials)).toEqual(
      json(200, {
        client_id: credentials.clientId,
        client_secret: credentials.clientSecret,
        token_url: credentials.tokenUrl,
        scopes: credentials.scopes,
        api_url: credentials.apiUrl,
        product: { id: 'credit-reports', name: 'Credit Reports' },
        environment: 'DEV',
        routes: credentials.routes,
        ip_ranges: ['203.0.113.10', '198.51.100.0/24'],
        contract_ends_at: '2027-01-31T00:00:00.000Z',
        documentation_url: credentials.documentationUrl,
        support: 'Write to help@northwind.example.',
        first_call: firstCallPrograms(credentials),
      }),
    );
    expect(
      JSON.parse(answers.credentials({ ...credentials, contractEnd: undefined, firstCall: undefined }).body),
    ).toMatchObject({ contract_ends_at: null, first_call: null });
    expect(answers.wrongCode(3)).toEqual(
      problem(403, 'wrong_code', 'That is not the right code. The link is locked once no try is left.', {
        triesLeft: 3,
      }),
    );
    expect(answers.unusable({ outcome: 'gone' })).toEqual(
      problem(
        410,
        'link_gone',
        'The link was used, has expired, is locked or was never valid. Ask for a new one.',
      ),
    );
    expect(answers.unusable({ outcome: 'not-in-force' })).toEqual(
      problem(403, 'access_not_in_force', notInForce),
    );
    expect(answers.unusable({ outcome: 'access-ended' })).toEqual(problem(410, 'access_ended', ended));
    expect(answers.refused(refusal)).toEqual(
      problem(415, 'unsupported_media_type', 'The body must be a form.'),
    );
    expect(answers.failed(503)).toEqual(problem(503, 'pick_up_failed', trouble));
    expect(answers.failed(500)).toEqual(problem(500, 'pick_up_failed', trouble));
  });

  test('for people', () => {
    const answers = answersFor('text/html');
    expect(answers.credentials(credentials)).toEqual({
      ...page(200, credentialsPage(credentials)),
      headers: { ...pageHeaders, 'content-security-policy': brandedPolicy(credentials.brand) },
    });
    expect(answers.wrongCode(3)).toEqual(page(403, wrongCodePage({ triesLeft: 3 })));
    expect(answers.unusable({ outcome: 'gone' })).toEqual(page(410, gonePage()));
    expect(answers.unusable({ outcome: 'not-in-force' })).toEqual(
      page(403, problemPage({ title: 'This access is not in force', detail: notInForce })),
    );
    expect(answers.unusable({ outcome: 'access-ended' })).toEqual(
      page(410, problemPage({ title: 'This access has ended', detail: ended })),
    );
    expect(answers.refused(refusal)).toEqual(
      page(415, problemPage({ title: 'That did not work', detail: 'The body must be a form.' })),
    );
    expect(answers.failed(503)).toEqual(
      page(503, problemPage({ title: 'The credentials could not be shown', detail: trouble })),
    );
  });

  test('as pages run nothing foreign, are kept by nobody and tell no other site where they came from', () => {
    expect(pageResponse(200, 'body')).toEqual(page(200, 'body'));
  });
});

describe('X-5 who gets a page', () => {
  const kindOf = (accept: string | undefined): string =>
    answersFor(accept).unusable({ outcome: 'gone' }).headers['content-type'] === 'text/html; charset=utf-8'
      ? 'page'
      : 'json';

  test.each<[accept: string | undefined, kind: string]>([
    ['text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8', 'page'],
    ['text/html', 'page'],
    ['text/*', 'page'],
    ['application/json;q=0.5, text/html;q=0.6', 'page'],
    ['application/json, text/html;q=0.9', 'json'],
    ['application/json', 'json'],
    ['*/*', 'json'],
    [undefined, 'json'],
    ['', 'json'],
    ['image/png', 'json'],
    ['text/html;q=0', 'json'],
    ['not a media type', 'json'],
  ])('%s: %s', (accept, kind) => {
    expect(kindOf(accept)).toBe(kind);
  });
});
