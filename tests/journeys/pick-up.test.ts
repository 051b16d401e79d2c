import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { firstCallOf } from '../../core/credentials/access-details.ts';
import { parseIpRanges } from '../../core/network/ip-ranges.ts';
import { utcMinute } from '../../core/wording.ts';
import { firstCallPrograms } from '../../pages/first-call.ts';
import { brandedPolicy } from '../../pages/page.ts';
import { gonePage } from '../../pages/pick-up-pages.ts';
import { type PickedUpCredentials, inbox, pickUp, requestToken } from '../../clients/partner.ts';
import { invoke, twinTarget } from '../../clients/operator.ts';
import { postWebhook } from '../../clients/webhook.ts';
import { casesOf } from '../support/cases.ts';
import { shareTestTwin, type TestTwin } from '../support/twin.ts';
import { run } from '../support/commands.ts';
import { type HandedOver, newestHandOver, onboard, ticketOf } from './onboarded.ts';
import { awaitsEwacsAccount, changeItem, ended, tableItems } from './records.ts';
import { operatorOf } from './operator.ts';
import { partnerIdAt } from '../support/partners.ts';
import { recordCacheSeconds } from '../../core/clients/in-force.ts';
import { linkGoneProblem, wrongCodeProblem } from './pick-up-problems.ts';
import { requestFor } from './requests.ts';
import { problem, wholeAnswer, type WholeAnswer } from './whole-answer.ts';
import { creditReports, shippedCatalogue } from '../support/shipped-catalogue.ts';

/** The addresses of the sample request, in their normal form. */
const parsedRanges = parseIpRanges(String(requestFor('RITM0').variables['ip_addresses']), {
  privateAllowed: false,
});
const canonicalRanges = 'ranges' in parsedRanges ? parsedRanges.ranges : [];
const guarded = { 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff' };
const json = { ...guarded, 'content-type': 'application/json', 'cache-control': 'no-store' };
const wrongCode = (triesLeft: number): WholeAnswer => wrongCodeProblem(triesLeft, guarded);
const gone = linkGoneProblem(guarded);
const malformed = problem(
  422,
  'code_malformed',
  'That cannot be a code, so no try was used up. A code has eight letters and digits, such as 7K3M-9QXZ.',
  {},
  guarded,
);
const notInForce = problem(
  403,
  'access_not_in_force',
  'The access is stopped, or its contract is not in force now. The link and the code stay valid: try again once it is in force, or ask the business unit.',
  {},
  guarded,
);
const accessEnded = problem(
  410,
  'access_ended',
  'The access that this link was for has ended, so the link gives no credentials. Ask the business unit if you still need access.',
  {},
  guarded,
);
const failed = problem(
  503,
  'pick_up_failed',
  'Something went wrong on our side. Please try once more in a minute. If the link no longer works then, ask the business unit for a new one.',
  {},
  guarded,
);
const browserAccept = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8';

/** Returns another code in the same format. */
const wrong = (code: string): string => `${code.startsWith('0') ? '1' : '0'}${code.slice(1)}`;
const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

async function post(
  link: string,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = { 'content-type': 'application/json' },
): Promise<WholeAnswer> {
  return wholeAnswer(await fetch(link, { method: 'POST', body, headers }));
}
const enter = (link: string, code: string, accept = 'application/json'): Promise<WholeAnswer> =>
  post(link, JSON.stringify({ code }), { 'content-type': 'application/json', accept });
const enterForm = (link: string, code: string, accept = browserAccept): Promise<WholeAnswer> =>
  post(link, new URLSearchParams({ code }).toString(), {
    'content-type': 'application/x-www-form-urlencoded',
    accept,
  });
const enterForJson = (link: string, code: string): Promise<WholeAnswer> => enterForm(link, code, '*/*');

async function enterWrong(times: number, { link, code }: Pick<HandedOver, 'link' | 'code'>): Promise<void> {
  for (let time = 0; time < times; time += 1) await enter(link, wrong(code));
}

describe('WF-7, X-5 the pick-up', () => {
  let twin: TestTwin;
  /** Its links serve the tests that need nothing but a link. None of them locks one. */
  let onboardingId: string;
  beforeAll(async () => {
    twin = await shareTestTwin();
    ({ onboardingId } = await onboard(twin.urls, requestFor('RITM0040010')));
  });
  afterEach(async () => {
    for (const what of ['clock', 'faults']) {
      await fetch(`${twin.urls.gateway}/_twin/${what}`, { method: 'DELETE' });
    }
  });
  afterAll(() => twin.stop());

  /** Returns all items but the counts of what there is, which a schedule renews at any time. */
  const itemsOfPartners = async () =>
    (await tableItems(twin.urls)).filter(({ pk }) => !String(pk).startsWith('CAPACITY#'));
  const moveClock = (seconds: number): Promise<Response> =>
    fetch(`${twin.urls.gateway}/_twin/clock`, {
      method: 'PUT',
      body: JSON.stringify({ offsetSeconds: seconds }),
    });
  const setFault = (service: string, operation: string, mode: string, times = 1): Promise<Response> =>
    fetch(`${twin.urls.gateway}/_twin/faults`, {
      method: 'PUT',
      body: JSON.stringify([{ service, operation, mode, times }]),
    });
  const relink = (...args: readonly string[]) =>
    run('scripts/relink.ts', args, { environment: { SALLYPORT_PORT: new URL(twin.urls.gateway).port } });
  /** What the command says after it has sent the link of this number. */
  const sent = (number: number) => ({
    exitCode: 0,
    stdout: `twin at ${twin.urls.gateway}\nlink ${number} is on its way: the mail to the partner, the code to the ticket's comments\n`,
    stderr: '',
  });
  /** Has a new link sent, as `npm run relink` does. */
  async function newLink(): Promise<Pick<HandedOver, 'link' | 'code'>> {
    await invoke(twinTarget(twin.urls), 'credential-delivery', { action: 'relink', onboardingId });
    return newestHandOver(twin.urls, onboardingId);
  }
  const invented = (): string => `${twin.urls.gateway}/credentials/${'A'.repeat(43)}`;
  const credentialsOf = async (onboardingId: string, secret: unknown): Promise<WholeAnswer> => {
    const step = (await tableItems(twin.urls)).find(
      ({ pk, sk }) => pk === `ONBOARDING#${onboardingId}` && sk === 'STEP#cognito-client',
    );
    const clientId = String(step?.['fact_clientId']);
    const apiUrl = `${twin.urls.gateway}/apis/credit-reports`;
    const access = {
      clientId,
      tokenUrl: `${twin.urls.gateway}/oauth2/token`,
      scopes: ['credit-reports/read'],
    };
    const routes = creditReports.routes.filter(({ scope }) => access.scopes.includes(scope));
    return {
      status: 200,
      headers: json,
      body: {
        client_id: clientId,
        client_secret: secret,
        token_url: access.tokenUrl,
        scopes: access.scopes,
        api_url: apiUrl,
        product: { id: 'credit-reports', name: creditReports.name },
        environment: 'DEV',
        routes,
        ip_ranges: canonicalRanges,
        contract_ends_at: null,
        documentation_url: `${twin.urls.gateway}/docs/credit-reports`,
        support: shippedCatalogue.brands[creditReports.brand]?.support,
        first_call: firstCallPrograms({ ...access, firstCall: firstCallOf(apiUrl, creditReports, routes) }),
      },
    };
  };
  const aSecret = expect.stringMatching(/^[\w+]{24,64}$/u) as string;
  const journal = async (number: string, sentence: string) => {
    const { work_notes: notes, comments } = await ticketOf(twin.urls, number);
    return {
      notes: notes.filter(({ text }) => text.includes(sentence)).length,
      comments: comments.filter(({ text }) => text.includes(sentence)).length,
    };
  };
  const toldOfLock = (number: string) => journal(number, 'locked');

  describe('the hand-over', () => {
    test('the mail goes to the partner, in the look of the brand, with all but the code; the code stands in the comments', async () => {
      const { onboardingId, mail, link, code } = await onboard(
        twin.urls,
        requestFor('RITM0040001', { first_name: 'Zoë', email: 'Keys@acme.example' }),
      );
      const brand = shippedCatalogue.brands[creditReports.brand];
      const record = (await tableItems(twin.urls)).find(
        (item) => item['onboardingId'] === onboardingId && String(item['pk']).startsWith('LINK#'),
      );
      const { body } = await credentialsOf(onboardingId, '');
      const { client_id: clientId, token_url: tokenUrl } = body as PickedUpCredentials;
      const sent = (await inbox(twin.urls)).filter(({ tags }) => tags['onboarding'] === onboardingId);

      expect(sent).toEqual([mail]);
      expect(mail).toEqual({
        source: 'ses',
        to: 'Keys@acme.example',
        subject: `Your API credentials for ${creditReports.name} (DEV) are ready`,
        text: expect.any(String) as string,
        tags: {
          onboarding: onboardingId,
          link: '1',
          row: expect.stringMatching(/^[0-9a-f]{64}$/u) as string,
        },
      });
      expect(link).toMatch(new RegExp(`^${twin.urls.gateway}/credentials/[\\w-]{43}$`, 'u'));
      expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/u);

      const whole = (
        (await (await fetch(`${twin.urls.gateway}/_twin/inbox`)).json()) as readonly Readonly<
          Record<string, unknown>
        >[]
      ).find(({ text }) => text === mail.text);
      expect(whole?.['from']).toBe(`${brand?.name ?? ''} <${brand?.from ?? ''}>`);
      expect(String(whole?.['html'])).toContain(`border-top:6px solid ${brand?.accent ?? ''}`);
      for (const form of [mail.text, String(whole?.['html'])]) {
        for (const part of [
          'Hello Zoë,',
          clientId,
          tokenUrl,
          'credit-reports/read',
          `${twin.urls.gateway}/apis/credit-reports`,
          'GET /reports (credit-reports/read)',
          canonicalRanges.join(', '),
          'no end is agreed',
          `${twin.urls.gateway}/docs/credit-reports`,
          utcMinute(new Date(String(record?.['expiresAt']))),
          link,
          brand?.name ?? '',
          brand?.support ?? '',
        ]) {
          expect(form).toContain(part);
        }
        for (const half of [code, code.replace('-', '')]) expect(form).not.toContain(half);
      }

      const { comments } = await ticketOf(twin.urls, 'RITM0040001');
      expect(comments.filter(({ text }) => text.includes(code))).toHaveLength(1);
      expect(JSON.stringify(comments)).not.toContain(link.slice(-43));
    });

    test.each([
      ['by JSON', enter, (code: string) => code],
      ['by form', enterForJson, (code: string) => code],
      ['in lower case', enter, (code: string) => code.toLowerCase()],
      ['without its hyphen', enter, (code: string) => code.replace('-', '')],
      [
        'in lower case, without its hyphen, by form',
        enterForJson,
        (code: string) => code.replace('-', '').toLowerCase(),
      ],
      ['with blanks', enter, (code: string) => ` ${code.replace('-', ' - ')} `],
    ])('link and code show the credentials once, %s', async (_, send, typed) => {
      const { link, code } = await newLink();
      const answer = await send(link, typed(code));
      expect(answer).toEqual(await credentialsOf(onboardingId, aSecret));
      expect(await send(link, typed(code))).toEqual(gone);
      expect(await requestToken(answer.body as PickedUpCredentials)).toEqual({
        accessToken: expect.any(String) as string,
        expiresIn: 900,
      });
    });
  });

  describe('GET', () => {
    // Threat T-11
    test('is a form while the link works, says the same of a used, expired, locked, replaced or invented one, and changes nothing', async () => {
      const [live, used, locked, replaced] = await Promise.all(
        ['RITM0040020', 'RITM0040021', 'RITM0040022', 'RITM0040023'].map((number) =>
          onboard(twin.urls, requestFor(number)),
        ),
      );
      if (live === undefined || used === undefined || locked === undefined || replaced === undefined) {
        throw new Error('four onboardings are needed');
      }
      await pickUp(used.link, used.code);
      await enterWrong(5, locked);
      expect(await relink(replaced.onboardingId)).toEqual(sent(2));
      const before = await itemsOfPartners();
      expect(
        before
          .flatMap(({ pk, state, onboardingId }) =>
            String(pk).startsWith('LINK#') && /RITM004002\d/u.test(String(onboardingId)) ? [state] : [],
          )
          .toSorted(),
      ).toEqual(['live', 'live', 'locked', 'revoked', 'used']);

      const page = await wholeAnswer(await fetch(live.link));
      const links = [used.link, locked.link, replaced.link, invented(), `${twin.urls.gateway}/credentials/x`];
      expect(page.status).toBe(200);
      expect(String(page.body)).toContain('<form method="post"');
      const get = async (link: string, accept: string) =>
        wholeAnswer(await fetch(link, { headers: { accept } }));
      for (const accept of ['application/json', browserAccept]) {
        expect(await get(`${live.link}?code=${live.code}`, accept)).toEqual(page);
        for (const link of links) {
          expect(await get(link, accept)).toEqual(
            accept === browserAccept ? { ...page, status: 410, body: gonePage() } : gone,
          );
        }
      }
      await moveClock(73 * 3600);
      expect(await get(live.link, 'application/json')).toEqual(gone);
      await moveClock(0);
      expect(await itemsOfPartners()).toEqual(before);
      expect(await enter(live.link, wrong(live.code))).toEqual(wrongCode(4));
    });

    // Threat T-12
    test('is kept by nobody, tells nobody where it came from, runs and loads nothing foreign, and needs no JavaScript', async () => {
      const page = await wholeAnswer(await fetch((await newLink()).link));
      const text = String(page.body);
      const [, style = ''] = /<style>(.*)<\/style>/su.exec(text) ?? [];
      const [, script = ''] = /<script>(.*)<\/script>/su.exec(text) ?? [];
      expect(page).toEqual({
        status: 200,
        body: text,
        headers: {
          ...guarded,
          'content-type': 'text/html; charset=utf-8',
          'cache-control': 'no-store',
          'content-security-policy': `default-src 'none'; style-src ${hashOf(style)}; script-src ${hashOf(script)}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
        },
      });
      expect(
        text.match(/<(?:form|input|button)\b[^>]*>/gu)?.map((tag) => tag.replaceAll(/\s+/gu, ' ')),
      ).toEqual([
        expect.stringMatching(/^<form method="post"(?![^>]*action)/u),
        expect.stringContaining(' name="code" type="text"'),
        '<button type="submit">',
      ]);
      expect(text).toContain('<meta name="viewport" content="width=device-width, initial-scale=1">');
    });
  });

  describe('a wrong code', () => {
    test('is told how many tries are left; the fifth locks the link, and the ticket hears of it once', async () => {
      const { link, code } = await onboard(twin.urls, requestFor('RITM0040030'));
      for (const triesLeft of [4, 3, 2, 1]) {
        expect(await enter(link, wrong(code))).toEqual(wrongCode(triesLeft));
      }
      expect(await toldOfLock('RITM0040030')).toEqual({ notes: 0, comments: 0 });
      expect(await enter(link, wrong(code))).toEqual(wrongCode(0));
      for (const typed of [code, wrong(code), code]) expect(await enter(link, typed)).toEqual(gone);
      expect(await toldOfLock('RITM0040030')).toEqual({ notes: 1, comments: 1 });
    });

    test('a lock that the ticket could not hear of is told a minute later, when the next one comes by', async () => {
      const { link, code } = await onboard(twin.urls, requestFor('RITM0040032'));
      await enterWrong(4, { link, code });
      await setFault('servicenow', 'UpdateRecord', 'reject');
      expect(await enter(link, wrong(code))).toEqual(failed);
      expect(await toldOfLock('RITM0040032')).toEqual({ notes: 0, comments: 0 });
      await moveClock(61);
      for (const typed of [code, wrong(code)]) expect(await enter(link, typed)).toEqual(gone);
      expect(await toldOfLock('RITM0040032')).toEqual({ notes: 1, comments: 1 });
    });

    test('four of them do not keep the right one from working', async () => {
      const { link, code } = await newLink();
      for (const triesLeft of [4, 3, 2, 1]) {
        expect(await enterForJson(link, wrong(code))).toEqual(wrongCode(triesLeft));
      }
      expect(await enter(link, code)).toEqual(await credentialsOf(onboardingId, aSecret));
      expect(await toldOfLock('RITM0040010')).toEqual({ notes: 0, comments: 0 });
    });

    test('is none of these, which cost no try', async () => {
      const { link, code } = await newLink();
      const missing = problem(
        422,
        'code_missing',
        'The code is missing: eight letters and digits, with or without the hyphen.',
        {},
        guarded,
      );
      const otherType = problem(
        415,
        'unsupported_media_type',
        'The body must be one of: application/x-www-form-urlencoded, application/json.',
        {},
        guarded,
      );
      const form = { 'content-type': 'application/x-www-form-urlencoded' };
      const asJson = { 'content-type': 'application/json; charset=utf-8' };

      expect(await post(link, 'name=value', form)).toEqual(missing);
      for (const body of ['{}', '{"code":""}', '{"code":12345678}', '', 'code=1', 'null']) {
        expect(await post(link, body, asJson), body).toEqual(missing);
      }
      for (const headers of [{ 'content-type': 'text/plain' }, { 'content-type': 'toString' }, {}]) {
        expect(await post(link, Buffer.from(JSON.stringify({ code })), headers)).toEqual(otherType);
      }
      expect(await post(link, JSON.stringify({ code: '0'.repeat(4096) }), asJson)).toEqual(
        problem(413, 'too_large', 'The body is larger than 4 KB.', {}, guarded),
      );
      for (const typed of ['0'.repeat(65), `${code}0`, '\u{1f511}', 'U'.repeat(8)]) {
        expect(await enter(link, typed), typed).toEqual(malformed);
      }
      expect(await enter(link, wrong(code))).toEqual(wrongCode(4));
    });
  });

  test.each(casesOf('typed-codes', z.object({ code: z.string() })))(
    'typed as in a public report: $given.code',
    async ({ given, right }) => {
      const { link, code } = await newLink();
      const typed = given.code.replace('{left}', code.slice(0, 4)).replace('{right}', code.slice(-4));
      const answer = await enterForJson(link, typed);
      if (right.startsWith('The credentials')) {
        expect(answer).toEqual(await credentialsOf(onboardingId, aSecret));
      } else {
        expect(answer).toEqual(malformed);
        expect(await enter(link, wrong(code))).toEqual(wrongCode(4));
      }
    },
  );

  describe('410', () => {
    test('answers an invented link, whatever the code', async () => {
      for (const link of [
        invented(),
        `${twin.urls.gateway}/credentials/x`,
        `${twin.urls.gateway}/credentials/${'%F0%9F%A6%8A'.repeat(50)}`,
      ]) {
        expect(await enter(link, '0000-0000')).toEqual(gone);
      }
    });

    test('answers a link after 72 hours, and not before', async () => {
      const { link, code } = await newLink();
      await moveClock(72 * 3600 - 60);
      expect(await enter(link, wrong(code))).toEqual(wrongCode(4));
      await moveClock(72 * 3600 + 60);
      expect(await enter(link, code)).toEqual(gone);
      expect(await toldOfLock('RITM0040010')).toEqual({ notes: 0, comments: 0 });
    });
  });

  test('whoever prefers HTML gets pages, from the wrong code to the end', async () => {
    const { link, code } = await newLink();
    const { headers } = await wholeAnswer(await fetch(link));
    const shown = async (answer: Promise<WholeAnswer>) => {
      const { body, ...rest } = await answer;
      return { ...rest, heading: /<h1>(.*)<\/h1>/u.exec(String(body))?.[1], body: String(body) };
    };
    const pageOf = (status: number, heading: string, part: string) => ({
      status,
      headers,
      heading,
      body: expect.stringContaining(part) as string,
    });

    expect(await shown(enterForm(link, wrong(code)))).toEqual(
      pageOf(403, 'Pick up your API credentials', '4 tries are left'),
    );
    expect(await shown(enterForm(link, ''))).toEqual(
      pageOf(422, 'Pick up your API credentials', 'The code is missing'),
    );
    expect(await shown(enterForm(link, code.slice(1)))).toEqual(
      pageOf(422, 'Pick up your API credentials', 'no try was used up'),
    );
    const credentials = await shown(enterForm(link, code));
    expect(credentials).toEqual({
      ...pageOf(200, 'Your API credentials', 'This page is shown only this once.'),
      headers: {
        ...headers,
        'content-security-policy': brandedPolicy({
          accent: shippedCatalogue.brands[creditReports.brand]?.accent ?? '',
        }),
      },
    });
    expect([...credentials.body.matchAll(/data-copies="([\w-]+)"/gu)].map(([, id]) => id)).toEqual([
      'client-id',
      'client-secret',
      'token-url',
      'api-url',
      'scopes',
      'curl',
      'node',
      'python',
    ]);
    const valueOf = (id: string): string =>
      new RegExp(`<code id="${id}">([^<]*)</code>`, 'u').exec(credentials.body)?.[1] ?? '';
    expect(
      await requestToken({
        client_id: valueOf('client-id'),
        client_secret: valueOf('client-secret'),
        token_url: valueOf('token-url'),
        scopes: [],
      }),
    ).toEqual({ accessToken: expect.any(String) as string, expiresIn: 900 });
    expect(await shown(enterForm(link, code))).toEqual(
      pageOf(410, 'This link no longer works', 'ask the business unit'),
    );

    const locked = await onboard(twin.urls, requestFor('RITM0040101'));
    await enterWrong(4, locked);
    expect(await shown(enterForm(locked.link, wrong(locked.code)))).toEqual(
      pageOf(403, 'This link is locked', 'Ask them for a new link and a new code.'),
    );
  });

  describe('at the same time', () => {
    const times = (count: number, send: () => Promise<WholeAnswer>): Promise<WholeAnswer[]> =>
      Promise.all(Array.from({ length: count }, send));
    const byStatus = (answers: readonly WholeAnswer[]): readonly WholeAnswer[] =>
      answers.toSorted((one, other) => one.status - other.status);

    // Threat T-10
    test.each([1, 2, 3])('twenty right codes: exactly one gets a secret (%i)', async () => {
      const { link, code } = await newLink();
      const answers = byStatus(await times(20, () => enter(link, code)));
      // A caller who would wait too long for Cognito's quota is asked to try again. By then the link has been
      // used.
      const busy = answers.filter(({ status }) => status === 503);
      expect(answers).toEqual([
        await credentialsOf(onboardingId, aSecret),
        ...Array.from({ length: 19 - busy.length }, () => gone),
        ...busy.map(() => failed),
      ]);
      expect(await enter(link, code)).toEqual(gone);
      expect(await requestToken(answers[0]?.body as PickedUpCredentials)).toEqual({
        accessToken: expect.any(String) as string,
        expiresIn: 900,
      });
      expect(await toldOfLock('RITM0040010')).toEqual({ notes: 0, comments: 0 });
    });

    test('the right code sent twice at the last try, the first one held up: one gets a secret, and nothing is locked', async () => {
      const { link, code } = await newLink();
      await enterWrong(4, { link, code });
      await setFault('kms', 'VerifyMac', 'hang');
      expect(byStatus(await times(2, () => enter(link, code)))).toEqual([
        await credentialsOf(onboardingId, aSecret),
        gone,
      ]);
      expect(await toldOfLock('RITM0040010')).toEqual({ notes: 0, comments: 0 });
    });

    // Threat T-9
    test('fifty wrong codes: five are answered as wrong, and the ticket hears of the lock once', async () => {
      const { link, code } = await onboard(twin.urls, requestFor('RITM0040130'));
      const answers = await times(50, () => enter(link, wrong(code)));
      expect(
        answers.toSorted((one, other) => JSON.stringify(one).localeCompare(JSON.stringify(other))),
      ).toEqual([...[0, 1, 2, 3, 4].map(wrongCode), ...Array.from({ length: 45 }, () => gone)]);
      expect(await enter(link, code)).toEqual(gone);
      expect(await toldOfLock('RITM0040130')).toEqual({ notes: 1, comments: 1 });
    });
  });

  describe('npm run relink', () => {
    // Failure F-67
    test('makes a fresh link and code; the old ones are dead', async () => {
      const { onboardingId, link, code } = await onboard(twin.urls, requestFor('RITM0040200'));
      expect(await relink(onboardingId)).toEqual(sent(2));
      const fresh = await newestHandOver(twin.urls, onboardingId);
      expect(fresh.mail).toEqual({
        source: 'ses',
        to: 'api@ritm0040200.example',
        subject: `Your API credentials for ${creditReports.name} (DEV) are ready`,
        text: expect.any(String) as string,
        tags: {
          onboarding: onboardingId,
          link: '2',
          row: expect.stringMatching(/^[0-9a-f]{64}$/u) as string,
        },
      });
      expect([fresh.link, fresh.code]).not.toEqual([link, code]);
      for (const typed of [code, fresh.code]) expect(await enter(link, typed)).toEqual(gone);
      expect(await enter(fresh.link, code)).toEqual(wrongCode(4));
      expect(await enter(fresh.link, fresh.code)).toEqual(await credentialsOf(onboardingId, aSecret));
    });

    test('after a lock there is a way on', async () => {
      const { onboardingId, link, code } = await onboard(twin.urls, requestFor('RITM0040201'));
      await enterWrong(5, { link, code });
      expect(await relink(onboardingId)).toEqual(sent(2));
      const fresh = await newestHandOver(twin.urls, onboardingId);
      expect(await enter(fresh.link, fresh.code)).toEqual(await credentialsOf(onboardingId, aSecret));
    });

    test('a second pick-up leaves the first secret working; a third retires the oldest', async () => {
      const { onboardingId, ...first } = await onboard(twin.urls, requestFor('RITM0040202'));
      const pickedUp = [await pickUp(first.link, first.code)];
      const works = (): Promise<boolean[]> =>
        Promise.all(
          pickedUp.map((credentials) =>
            requestToken(credentials).then(
              () => true,
              () => false,
            ),
          ),
        );
      expect(await works()).toEqual([true]);
      for (const expected of [
        [true, true],
        [false, true, true],
      ]) {
        expect(await relink(onboardingId)).toEqual(sent(expected.length));
        const { link, code } = await newestHandOver(twin.urls, onboardingId);
        pickedUp.push(await pickUp(link, code));
        expect(await works()).toEqual(expected);
      }
      expect(new Set(pickedUp.map(({ client_id }) => client_id)).size).toBe(1);
      expect(new Set(pickedUp.map(({ client_secret }) => client_secret)).size).toBe(3);
    });

    test('after a pick-up that failed on our side there is a way on at once; the ticket has heard of it', async () => {
      const { onboardingId, link, code } = await onboard(twin.urls, requestFor('RITM0040206'));
      await setFault('cognito', 'AddUserPoolClientSecret', 'fail-after');
      expect(await enter(link, code)).toEqual(failed);
      expect(await enter(link, code)).toEqual(gone);
      expect(
        await journal('RITM0040206', 'The pick-up failed after link and code had been accepted.'),
      ).toEqual({ notes: 1, comments: 0 });
      expect(
        await journal(
          'RITM0040206',
          'something went wrong on our side before the credentials could be shown',
        ),
      ).toEqual({ notes: 0, comments: 1 });
      expect(await relink(onboardingId)).toEqual(sent(2));
      const fresh = await newestHandOver(twin.urls, onboardingId);
      const answer = await enter(fresh.link, fresh.code);
      expect(answer).toEqual(await credentialsOf(onboardingId, aSecret));
      expect(await requestToken(answer.body as PickedUpCredentials)).toEqual({
        accessToken: expect.any(String) as string,
        expiresIn: 900,
      });
    });

    test('is not needed where Cognito was only busy: link and code work again, as often as before', async () => {
      const { link, code } = await newLink();
      // A pick-up tries four times by itself.
      await setFault('cognito', 'AddUserPoolClientSecret', 'throttle', 4);
      expect(await enter(link, code)).toEqual(failed);
      expect(
        await journal('RITM0040010', 'The pick-up failed after link and code had been accepted.'),
      ).toEqual({ notes: 0, comments: 0 });
      const answer = await enter(link, code);
      expect(answer).toEqual(await credentialsOf(onboardingId, aSecret));
      expect(await requestToken(answer.body as PickedUpCredentials)).toEqual({
        accessToken: expect.any(String) as string,
        expiresIn: 900,
      });
      expect(await enter(link, code)).toEqual(gone);
    });

    /** Returns what moves the partner's record, or that of the one client or contract it has, to another status. */
    async function lifecycleOf(company: string) {
      const grace = await operatorOf(twin.urls.gateway, 'approver', 'grace');
      const partnerId = await partnerIdAt(twin.urls.aws, company);
      const idOf = async (kind: 'CLIENT' | 'CONTRACT'): Promise<string> => {
        const record = (await tableItems(twin.urls)).find(
          (item) => item['partnerId'] === partnerId && String(item['pk']).startsWith(`${kind}#`),
        );
        return String(record?.['pk']).slice(kind.length + 1);
      };
      const ids = { partner: partnerId, client: await idOf('CLIENT'), contract: await idOf('CONTRACT') };
      return {
        ids,
        move: async (what: keyof typeof ids, to: 'suspended' | 'active' | 'ended') => {
          const path = `/operator/${what}s/${ids[what]}`;
          const ifMatch = (await grace(`GET ${path}`)).headers['etag'] ?? '';
          const moved = await grace(`POST ${path}/transitions`, { ifMatch, body: { to, why: 'a doubt' } });
          expect(moved.status).toBe(200);
        },
      };
    }
    const show = (...args: readonly string[]) =>
      run('scripts/show.ts', args, { environment: { SALLYPORT_PORT: new URL(twin.urls.gateway).port } });
    /** What opening the link says, in JSON. */
    const opened = async (link: string): Promise<WholeAnswer> =>
      wholeAnswer(await fetch(link, { headers: { accept: 'application/json' } }));

    // Failure F-80
    test('while the partner is suspended, nothing is used up, no link is sent, and the old one works afterwards', async () => {
      const { onboardingId, link, code } = await onboard(
        twin.urls,
        requestFor('RITM0040207', { company: 'Paused Partner Ltd' }),
      );
      await enterWrong(4, { link, code });
      const { ids, move } = await lifecycleOf('Paused Partner Ltd');
      await move('partner', 'suspended');
      await moveClock(recordCacheSeconds + 1);
      const answers = await Promise.all(Array.from({ length: 6 }, () => enter(link, code)));
      expect(answers).toEqual(Array.from({ length: 6 }, () => notInForce));
      expect(await enter(link, wrong(code))).toEqual(notInForce);
      expect(await opened(link)).toEqual(notInForce);
      expect(await enterForm(link, code)).toMatchObject({
        status: 403,
        body: expect.stringContaining('<h1>This access is not in force</h1>') as string,
      });

      const why = `the partner ${ids.partner} is suspended, and has to be active`;
      const instead =
        'Have that changed by the operator API (docs/guides/operator-api.md); then a link can be sent.';
      expect(await relink(onboardingId)).toEqual({
        exitCode: 1,
        stdout: `twin at ${twin.urls.gateway}\n`,
        stderr: `✗ ${onboardingId} can have no new link: ${why}.\n  What to do: ${instead}\n`,
      });
      await expect(
        invoke(twinTarget(twin.urls), 'credential-delivery', { action: 'relink', onboardingId }),
      ).rejects.toThrow(`sallyport Relink: no new link, because ${why}. ${instead}`);
      expect((await show(onboardingId)).stdout).toContain(
        `  Everything is set up. A new link would be refused, because ${why}.\nNext:\n  ${instead}\n`,
      );
      expect(await newestHandOver(twin.urls, onboardingId)).toMatchObject({ link, code });

      await move('partner', 'active');
      await moveClock(2 * (recordCacheSeconds + 1));
      expect(await enter(link, code)).toEqual(await credentialsOf(onboardingId, aSecret));
      expect(await relink(onboardingId)).toEqual(sent(2));
    });

    test('once the contract has ended, the link says so by 410, and no other is sent', async () => {
      const { onboardingId, link, code } = await onboard(
        twin.urls,
        requestFor('RITM0040208', { company: 'Ended Contract Ltd' }),
      );
      const { ids, move } = await lifecycleOf('Ended Contract Ltd');
      await move('contract', 'ended');
      await moveClock(recordCacheSeconds + 1);
      for (const typed of [code, wrong(code)]) expect(await enter(link, typed)).toEqual(accessEnded);
      expect(await opened(link)).toEqual(accessEnded);
      for (const page of [
        await enterForm(link, code),
        await wholeAnswer(await fetch(link, { headers: { accept: browserAccept } })),
      ]) {
        expect(page).toMatchObject({
          status: 410,
          body: expect.stringContaining('<h1>This access has ended</h1>') as string,
        });
      }
      const why = `the contract ${ids.contract} is ended, and has to be active`;
      expect(await relink(onboardingId)).toMatchObject({
        exitCode: 1,
        stderr: `✗ ${onboardingId} can have no new link: ${why}.\n  What to do: What has ended stays so: nobody picks up credentials of this onboarding any more.\n`,
      });
      const { stdout } = await show(onboardingId);
      expect(stdout).toContain(`A new link would be refused, because ${why}.`);
      expect(stdout).not.toContain('npm run relink');
      await moveClock(73 * 3600);
      expect((await show()).stdout, 'an expired link of what has ended needs nobody').not.toMatch(
        new RegExp(`! ${onboardingId}`, 'u'),
      );
    });

    // Threat T-114
    test('a link whose record names the client of another partner gives nothing, and the next one is its own again', async () => {
      const victim = await onboard(twin.urls, requestFor('RITM0040209', { company: 'Valuable Partner Ltd' }));
      const { ids } = await lifecycleOf('Valuable Partner Ltd');
      const thief = await onboard(twin.urls, requestFor('RITM0040210', { company: 'Curious Partner Ltd' }));
      await changeItem(twin.urls, `LINK#${String(thief.mail.tags['row'])}`, 'LINK', {
        clientId: ids.client,
        onboardingId: victim.onboardingId,
      });
      expect(await enter(thief.link, thief.code)).toEqual(wrongCode(4));
      expect(await enterForm(thief.link, thief.code)).toMatchObject({
        status: 403,
        body: expect.stringContaining('3 tries are left') as string,
      });
      expect(await enter(victim.link, victim.code)).toEqual(
        await credentialsOf(victim.onboardingId, aSecret),
      );
      expect(await relink(thief.onboardingId)).toEqual(sent(2));
      expect(await enter(thief.link, thief.code)).toEqual(gone);
      const fresh = await newestHandOver(twin.urls, thief.onboardingId);
      expect(await enter(fresh.link, fresh.code)).toEqual(await credentialsOf(thief.onboardingId, aSecret));
    });

    // Threat T-123
    test('an onboarding whose step names the client of another partner is sent no link, and its own one still works', async () => {
      const victim = await onboard(twin.urls, requestFor('RITM0040211', { company: 'Envied Partner Ltd' }));
      const { ids } = await lifecycleOf('Envied Partner Ltd');
      const thief = await onboard(twin.urls, requestFor('RITM0040212', { company: 'Envious Partner Ltd' }));
      const { ids: own } = await lifecycleOf('Envious Partner Ltd');
      const record = (clientId: string) =>
        changeItem(twin.urls, `ONBOARDING#${thief.onboardingId}`, 'STEP#cognito-client', {
          fact_clientId: clientId,
        });
      await record(ids.client);

      const why =
        `the client ${ids.client} is recorded for the onboarding ${thief.onboardingId} of the partner ${own.partner}, ` +
        `and its own record names the onboarding ${victim.onboardingId} of the partner ${ids.partner}`;
      const instead = 'Find out who has changed these records, and correct them (docs/runbooks/defect.md).';
      expect(await relink(thief.onboardingId)).toEqual({
        exitCode: 1,
        stdout: `twin at ${twin.urls.gateway}\n`,
        stderr: `✗ ${thief.onboardingId} can have no new link: ${why}.\n  What to do: ${instead}\n`,
      });
      await expect(
        invoke(twinTarget(twin.urls), 'credential-delivery', {
          action: 'relink',
          onboardingId: thief.onboardingId,
        }),
      ).rejects.toThrow(`sallyport Relink: no new link, because ${why}. ${instead}`);
      expect((await show(thief.onboardingId)).stdout).toContain(
        `A new link would be refused, because ${why}.\nNext:\n  ${instead}\n`,
      );
      expect(await newestHandOver(twin.urls, thief.onboardingId)).toMatchObject({
        link: thief.link,
        code: thief.code,
      });

      await record(own.client);
      expect(await relink(thief.onboardingId)).toEqual(sent(2));
      const fresh = await newestHandOver(twin.urls, thief.onboardingId);
      expect(await enter(fresh.link, fresh.code)).toMatchObject({ body: { client_id: own.client } });
      expect(await enter(victim.link, victim.code)).toMatchObject({ body: { client_id: ids.client } });
    });

    // Failure F-88
    test.each([
      { clientId: null },
      { codeMac: null },
      { codeMac: 'AAAA' },
      { onboardingId: '' },
      { onboardingId: 'RITM0049998-b2b-onboarding-DEV-1' },
    ])('a link whose record has %j is gone, for a browser as well', async (attributes) => {
      const { link, code } = await newLink();
      const [row] = (await tableItems(twin.urls)).filter(
        (item) => item['onboardingId'] === onboardingId && item['state'] === 'live',
      );
      await changeItem(twin.urls, String(row?.['pk']), 'LINK', attributes);
      const logBefore = twin.log().length;
      expect(await enter(link, code)).toEqual(gone);
      expect(await opened(link)).toEqual(gone);
      expect(await enterForm(link, code)).toMatchObject({ status: 410, body: gonePage() });
      expect(await itemsOfPartners()).toContainEqual({ ...row, ...attributes });
      // The error raises the alarm `defects`.
      await vi.waitFor(() => {
        const lines = twin.log().slice(logBefore).split('\n');
        const damaged = lines.filter((line) => line.includes('"code":"link_damaged"'));
        expect(damaged.filter((line) => line.includes('"error":"Defect"'))).toHaveLength(3);
      });
    });

    // Failure F-13
    test('says what is wrong, and ends with 1', async () => {
      const waiting = await postWebhook(
        twin.urls.gateway,
        JSON.stringify(requestFor('RITM0040203', { ewacs_account_created: 'false' })),
      );
      await awaitsEwacsAccount(twin.urls, String(waiting.body['executionArn']));
      const rejected = await postWebhook(
        twin.urls.gateway,
        JSON.stringify(requestFor('RITM0040204', {}, { cat_item: 'api-client' })),
      );
      await ended(twin.urls, String(rejected.body['executionArn']));
      const profileOnly = await postWebhook(
        twin.urls.gateway,
        JSON.stringify(requestFor('RITM0040205', {}, { cat_item: 'b2b-user' })),
      );
      await ended(twin.urls, String(profileOnly.body['executionArn']));
      const before = await itemsOfPartners();

      const refused = (stderr: string) => ({
        exitCode: 1,
        stdout: `twin at ${twin.urls.gateway}\n`,
        stderr,
      });
      const notDone = (onboardingId: string, status: string) =>
        refused(
          `✗ ${onboardingId} is ${status}, and only an onboarding that is Done has credentials to pick up.\n` +
            `  What to do: npm run show -- ${onboardingId}\n`,
        );
      const usage = (message: string) => ({
        exitCode: 2,
        stdout: '',
        stderr: `✗ ${message}\n  usage: npm run relink -- ONBOARDING [--aws]\n  More: npm run relink -- --help\n`,
      });
      expect(
        await Promise.all([
          relink('RITM0049999-b2b-onboarding-DEV-1'),
          ...[waiting, rejected, profileOnly].map(({ body }) => relink(String(body['onboardingId']))),
          relink(),
          relink('one', 'two'),
          run('scripts/relink.ts', ['RITM0040200-b2b-onboarding-DEV-1'], {
            environment: { SALLYPORT_PORT: '9' },
          }),
        ]),
      ).toEqual([
        refused(
          '✗ There is no onboarding RITM0049999-b2b-onboarding-DEV-1. List what there is: npm run show\n',
        ),
        notDone('RITM0040203-b2b-onboarding-DEV-1', 'Running'),
        notDone('RITM0040204-api-client-DEV-1', 'Rejected'),
        refused(
          '✗ RITM0040205-b2b-user-DEV-1 has no pick-up link: its request was for a profile alone, which has no credentials.\n',
        ),
        usage('ONBOARDING is missing.'),
        usage('There is one argument too many: two.'),
        {
          exitCode: 1,
          stdout: '',
          stderr: '✗ no twin answers at http://127.0.0.1:9; start one with: npm start\n',
        },
      ]);
      expect(await itemsOfPartners()).toEqual(before);
    });
  });
});
