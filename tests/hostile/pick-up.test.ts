import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { brandedPolicy, contentSecurityPolicy, problemPage } from '../../pages/page.ts';
import { credentialsPage, gonePage, unusableCodePage, wrongCodePage } from '../../pages/pick-up-pages.ts';
import { malformedCode, missingCode, readCode } from '../../functions/credential-pickup/read-code.ts';
import { type HandedOver, onboard } from '../journeys/onboarded.ts';
import { linkGoneProblem, wrongCodeProblem } from '../journeys/pick-up-problems.ts';
import { tableItems } from '../journeys/records.ts';
import { requestFor } from '../journeys/requests.ts';
import { noRoute, problem, wholeAnswer, type WholeAnswer } from '../journeys/whole-answer.ts';
import { credentials } from '../support/fakes/credentials.ts';
import { rawRequest } from '../support/raw-request.ts';
import { creditReports, shippedCatalogue } from '../support/shipped-catalogue.ts';
import { shareTestTwin, type TestTwin } from '../support/twin.ts';
import { outlineOf } from './outline.ts';
import { anyBody } from './payloads.ts';
import { patience, runs } from './runs.ts';
import { hostile, huge } from './strings.ts';
import { everythingStored, oddLinesIn } from './watched-twin.ts';

const guarded = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};
const page = (status: number, body: string, policy = contentSecurityPolicy): WholeAnswer => ({
  status,
  headers: {
    ...guarded,
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy,
  },
  body,
});

/** An outcome as programs and as people are told it; nothing that came in is in either. */
type Told = readonly [json: WholeAnswer, page: WholeAnswer];
const gone: Told = [linkGoneProblem(guarded), page(410, gonePage())];
const wrongCode = (triesLeft: number): Told => [
  wrongCodeProblem(triesLeft, guarded),
  page(403, wrongCodePage({ triesLeft })),
];
/** The gateway's own answer. */
const blocked: WholeAnswer = {
  status: 403,
  headers: { 'content-type': 'application/problem+json' },
  body: { type: 'about:blank', title: 'Forbidden', status: 403, code: 'request_blocked' },
};

interface Post {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** What a post is answered that no link has to be looked up for; undefined if it holds a code. */
function refusalOf({ headers, body }: Post): Told | undefined {
  const read = readCode(headers['content-type'], body);
  if ('code' in read) return undefined;
  const { status, code, title } = read.refusal;
  return [
    problem(status, code, title, {}, guarded),
    page(
      status,
      code === malformedCode.code || code === missingCode.code
        ? unusableCodePage(title)
        : problemPage({ title: 'That did not work', detail: title }),
    ),
  ];
}

const form = (fields: readonly (readonly [string, string])[]): Post => ({
  body: Buffer.from(
    new URLSearchParams(fields.map(([name, value]): [string, string] => [name, value])).toString(),
  ),
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
});
const json = (text: string): Post => ({
  body: Buffer.from(text),
  headers: { 'content-type': 'application/json' },
});
const field = fc.oneof({ weight: 5, arbitrary: fc.constant('code') }, hostile);
const typed = fc.oneof(hostile, huge, {
  weight: 3,
  arbitrary: fc.stringMatching(/^[0-9A-Z]{4}-?[0-9A-Z]{4}$/u),
});
const headerText = fc.string({
  unit: fc
    .integer({ min: 0x20, max: 0xff })
    .filter((code) => code !== 0x7f)
    .map((code) => String.fromCharCode(code)),
  maxLength: 40,
});
/** Forms and JSON with one code, several or none, and whatever else may be sent in their place. */
const posts: fc.Arbitrary<Post> = fc
  .tuple(
    fc.oneof(
      { weight: 2, arbitrary: fc.array(fc.tuple(field, typed), { minLength: 1, maxLength: 3 }).map(form) },
      {
        weight: 2,
        arbitrary: fc
          .array(
            fc.tuple(
              field,
              fc.oneof(
                typed.map((text) => JSON.stringify(text)),
                fc.json(),
              ),
            ),
            { minLength: 1, maxLength: 3 },
          )
          .map((members) =>
            json(`{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`),
          ),
      },
      fc.record({
        body: anyBody,
        headers: fc.record({
          'content-type': fc.oneof(
            fc.constantFrom(
              'application/json',
              'application/x-www-form-urlencoded',
              'multipart/form-data; boundary=x',
            ),
            headerText,
          ),
        }),
      }),
    ),
    fc.oneof(
      fc.constantFrom(
        'text/html',
        'application/json',
        '*/*',
        'text/html;q=0, */*',
        'text/html;q=NaN',
        'text/html,'.repeat(800),
        ';"',
      ),
      headerText,
    ),
  )
  .map(([{ body, headers }, accept]) => ({ body, headers: { ...headers, accept } }));

describe('X-5 the pick-up takes anything', () => {
  let twin: TestTwin;
  beforeAll(async () => {
    twin = await shareTestTwin();
  });
  afterAll(() => twin.stop());

  const send = async (link: string, { body, headers }: Post): Promise<WholeAnswer> =>
    wholeAnswer(await fetch(link, { method: 'POST', body: new Uint8Array(body), headers }));

  test(
    'as a token: the page that is the same for all, or no route',
    async () => {
      const stored = await everythingStored(twin);
      const encoded = hostile.map((text) => encodeURIComponent(text.toWellFormed()));
      const segment = fc.oneof(
        encoded,
        fc.stringMatching(/^[\w!$&'()*+,;=:@.~-]{1,60}$/u),
        fc.stringMatching(/^(?:%[0-9a-fA-F]{2}){1,20}$/u),
        fc.tuple(encoded, encoded).map((parts) => parts.join('/')),
        fc.constantFrom(
          '',
          '.',
          '..',
          '%2e',
          '%2E%2e',
          '...',
          '%2f',
          'a%2Fb',
          '%5c',
          '%',
          '%a',
          '%gg',
          '%00',
          '%0d%0a',
          '%c0%ae',
          '%ed%a0%80',
          '%252e',
          ';',
          'x?code=1',
          'x#y',
          'a'.repeat(12_000),
          '%41'.repeat(4000),
        ),
      );
      /** By the firewall's rule: every part of the path means the same to whoever decodes it. */
      const isPlain = (path: string): boolean =>
        (path.split('?', 1)[0] ?? '').split('/').every(
          (part) =>
            part !== '' &&
            part !== '.' &&
            part !== '..' &&
            [...part.matchAll(/%(..?)?|./gsu)].every(([character]) => {
              if (!character.startsWith('%')) return /[\w.~!$&'()*+,:=@-]/u.test(character);
              const byte = /^%[0-9a-fA-F]{2}$/u.test(character) ? Number.parseInt(character.slice(1), 16) : 0;
              // What separates parts, or occurs in the names of routes, is not to be hidden; nor is what no UTF-8 has.
              if (byte >= 0x80) return byte !== 0xc0 && byte !== 0xc1 && byte <= 0xf4;
              return byte >= 0x20 && byte !== 0x7f && !/[\w./;?#%\\-]/u.test(String.fromCharCode(byte));
            }),
        );
      const isRoute = (path: string): boolean => !(path.split('?', 1)[0] ?? '').includes('/');
      const expected = (path: string): readonly unknown[] => {
        if (!isPlain(path)) return [blocked, blocked];
        return isRoute(path) ? [gone[0], gone[0]] : [noRoute, noRoute];
      };
      const code = JSON.stringify({ code: '0000-0000' });
      await fc.assert(
        fc.asyncProperty(
          fc.array(segment, { minLength: 1, maxLength: 20, size: 'max' }),
          async (segments) => {
            const base = twin.urls.gateway;
            const answers = await Promise.all(
              segments.flatMap((each) => [
                rawRequest(base, { path: `/credentials/${each}`, headers: [['Accept', 'application/json']] }),
                rawRequest(base, {
                  method: 'POST',
                  path: `/credentials/${each}`,
                  headers: [['Content-Type', 'application/json']],
                  body: code,
                }),
              ]),
            );
            expect(
              await Promise.all(
                answers.map(({ status, headers, body }) =>
                  wholeAnswer(
                    new Response(body, {
                      status,
                      headers: Object.entries(headers).map(([name, value]) => [name, String(value)]),
                    }),
                  ),
                ),
              ),
            ).toEqual(segments.flatMap(expected));
          },
        ),
        runs(6),
      );
      expect(await everythingStored(twin)).toEqual(stored);
    },
    patience,
  );

  test(
    'for an invented link: it is said what is missing, or that the link is gone',
    async () => {
      const stored = await everythingStored(twin);
      await fc.assert(
        fc.asyncProperty(fc.array(posts, { minLength: 1, maxLength: 20, size: 'max' }), async (sent) => {
          const answers = await Promise.all(
            sent.map((post) => send(`${twin.urls.gateway}/credentials/${'A'.repeat(43)}`, post)),
          );
          for (const [at, answer] of answers.entries()) {
            expect(sent.map((post) => refusalOf(post) ?? gone)[at]).toContainEqual(answer);
          }
        }),
        runs(8),
      );
      expect(await everythingStored(twin)).toEqual(stored);
    },
    patience,
  );

  test(
    'for a live link: what holds no code costs no try, each wrong code costs one, and the right one still opens it unless five were wrong',
    async () => {
      let tickets = 0;
      const freshLink = (): Promise<HandedOver> =>
        onboard(twin.urls, requestFor(`RITM0077${String((tickets += 1)).padStart(3, '0')}`));
      const brand = shippedCatalogue.brands[creditReports.brand] ?? credentials.brand;
      const shown = outlineOf(
        credentialsPage({
          ...credentials,
          brand,
          routes: creditReports.routes.filter(({ scope }) => credentials.scopes.includes(scope)),
          documentationUrl: `${twin.urls.gateway}/docs/credit-reports`,
        }),
      ).tags;
      await fc.assert(
        fc.asyncProperty(fc.array(posts, { minLength: 1, maxLength: 10, size: 'max' }), async (sent) => {
          const { onboardingId, link, code } = await freshLink();
          let tries = 5;
          for (const post of sent) {
            const expected = refusalOf(post) ?? (tries === 0 ? gone : wrongCode((tries -= 1)));
            expect(expected).toContainEqual(await send(link, post));
          }
          const record = (await tableItems(twin.urls)).find(
            (item) => item['onboardingId'] === onboardingId && String(item['pk']).startsWith('LINK#'),
          );
          expect(record).toMatchObject({ triesLeft: tries, state: tries === 0 ? 'locked' : 'live' });

          const { headers, ...right } = form([['code', code]]);
          const answer = await send(link, { ...right, headers: { ...headers, accept: 'text/html' } });
          expect(answer).toEqual(
            tries === 0 ? gone[1] : page(200, expect.any(String) as string, brandedPolicy(brand)),
          );
          if (tries > 0) expect(outlineOf(String(answer.body)).tags).toEqual(shown);
        }),
        runs(4),
      );
    },
    patience,
  );

  test('and its log is short lines of JSON without a fault of ours', () => {
    expect(oddLinesIn(twin)).toEqual([]);
  });
});
