import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { recordCacheSeconds } from '../../core/clients/in-force.ts';
import { type PickedUpCredentials, pickUp } from '../../clients/partner.ts';
import { shareTestTwin, type TestTwin } from '../support/twin.ts';
import { onboard } from './onboarded.ts';
import { requestFor } from './requests.ts';
import { openRecords, type Records, type ThirdParty } from './third-party.ts';
import { wholeAnswer, type WholeAnswer } from './whole-answer.ts';

const name = '__Host-sallyport-session';
const attributes = 'Secure; HttpOnly; SameSite=Lax; Path=/';
const guards = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

let twin: TestTwin;
let records: Records;
let partner: PickedUpCredentials;
let suspended: PickedUpCredentials;
let portal: ThirdParty;
/** All tokens that were presented or issued. None may appear in a log. */
const tokens: string[] = [];
/** The id of the latest request. */
let latest: string;

beforeAll(async () => {
  twin = await shareTestTwin();
  records = openRecords(twin.urls);
  const [one, two] = await Promise.all(
    ['RITM0064001', 'RITM0064002'].map(async (number) => {
      const { link, code } = await onboard(twin.urls, requestFor(number));
      return pickUp(link, code);
    }),
  );
  if (one === undefined || two === undefined) throw new Error('two partners are needed');
  [partner, suspended] = [one, two];
  portal = await records.register(partner.client_id, 'user.ritm0064001');
});
afterEach(async () => {
  for (const what of ['clock', 'faults']) {
    await fetch(`${twin.urls.gateway}/_twin/${what}`, { method: 'DELETE' });
  }
});
/** Checks the log of all tests, and not only of the one that is about it. */
afterAll(async () => {
  const log = twin.log();
  await twin.stop();
  expectNoTokenIn(log);
});

/** Moves the clock on until no function remembers a record. */
const forgetRecords = (): Promise<Response> =>
  fetch(`${twin.urls.gateway}/_twin/clock`, {
    method: 'PUT',
    body: JSON.stringify({ offsetSeconds: recordCacheSeconds + 1 }),
  });

const address = (query = ''): string => `${twin.urls.gateway}/session${query}`;
async function get(query: string, init: RequestInit = {}): Promise<WholeAnswer> {
  tokens.push(...new URLSearchParams(query).getAll('access_token'));
  const response = await fetch(address(query), { redirect: 'manual', ...init });
  latest = response.headers.get('x-amzn-requestid') ?? '';
  const answer = await wholeAnswer(response);
  tokens.push(...cookieIn(answer));
  return answer;
}
const logIn = (token: string): Promise<WholeAnswer> => get(`?access_token=${token}`);
const see = (cookie?: string): Promise<WholeAnswer> =>
  get('', { headers: cookie === undefined ? {} : { cookie: `${name}=${cookie}` } });
const cookieIn = ({ headers }: WholeAnswer): readonly string[] =>
  /=([^;]+);/u.exec(headers['set-cookie'] ?? '')?.slice(1) ?? [];
const textOf = ({ body }: WholeAnswer): string =>
  (/<main>([^]*)<\/main>/u.exec(String(body))?.[1] ?? '')
    .replaceAll(/<[^>]*>/gu, ' ')
    .replaceAll(/\s+/gu, ' ')
    .trim();

const redirect = (setCookie: string, location = address()): WholeAnswer => ({
  status: 303,
  headers: { ...guards, 'content-type': 'text/plain', location, 'set-cookie': setCookie },
  body: '',
});
const failed = (): WholeAnswer => redirect(`${name}=; ${attributes}; Max-Age=0`);
const page = (status: number): WholeAnswer => ({
  status,
  body: expect.stringContaining('<!doctype html>') as string,
  headers: {
    ...guards,
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': expect.stringMatching(
      /^default-src 'none'; .*frame-ancestors 'none'$/u,
    ) as string,
  },
});
/** Sets a fault for as many calls as the adapter tries, and for this function only. */
const fail = (service: string, operation: string) =>
  fetch(`${twin.urls.gateway}/_twin/faults`, {
    method: 'PUT',
    body: JSON.stringify([
      { service, operation, mode: 'fail-before', times: 3, during: { functionName: 'session' } },
    ]),
  });

/** Returns the log line with this code for the latest request, as soon as it exists. */
const logged = (code: string): Promise<string> =>
  vi.waitFor(() => {
    const line = twin
      .log()
      .split('\n')
      .find((each) => each.includes(`"code":"${code}"`) && each.includes(`"requestId":"${latest}"`));
    if (line === undefined) throw new Error(`the log has no ${code} of ${latest}`);
    return line;
  });

function expectNoTokenIn(log: string): void {
  expect(log).not.toContain('/session?');
  expect(log).not.toContain('access_token');
  const pieces = new Set(
    tokens.flatMap((token) => [token, ...token.split('.')]).filter((piece) => piece.length > 20),
  );
  expect([...pieces].filter((piece) => log.includes(piece))).toEqual([]);
}

describe('JWT-4 GET /session', () => {
  // Threats T-45, T-46
  test('swaps a token for a cookie, once, and shows who is signed in', async () => {
    const token = await portal.sign();
    const answer = await logIn(token);
    const [cookie = ''] = cookieIn(answer);
    expect(answer).toEqual(redirect(`${name}=${cookie}; ${attributes}; Max-Age=900`));
    const opened = await logged('session_opened');

    const { payload, protectedHeader } = await jwtVerify(
      cookie,
      createRemoteJWKSet(new URL(`${twin.urls.gateway}/.well-known/jwks.json`)),
      { typ: 'at+jwt', algorithms: ['RS256'] },
    );
    expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'at+jwt', kid: expect.any(String) as string });
    expect(payload).toEqual({
      iss: twin.urls.gateway,
      sub: 'user.ritm0064001',
      client_id: partner.client_id,
      aud: [`${twin.urls.gateway}/session`, `${twin.urls.gateway}/apis/credit-reports`],
      scope: 'credit-reports/read',
      iat: expect.any(Number) as number,
      exp: (payload.iat ?? 0) + 900,
      jti: expect.any(String) as string,
    });
    expect(JSON.parse(opened)).toEqual({
      level: 'INFO',
      message: 'A third party has logged a user in by a token in the address of a page.',
      timestamp: expect.any(String) as string,
      service: 'session',
      sampling_rate: 0,
      code: 'session_opened',
      requestId: expect.any(String) as string,
      clientId: partner.client_id,
      partnerId: portal.issuer.partnerId,
      jti: payload.jti,
    });
    const shown = await see(cookie);
    expect(shown).toEqual(page(200));
    expect(textOf(shown)).toMatch(
      /^You are signed in As user\.ritm0064001 , until \d+ \w+ \d{4} at \d\d:\d\d UTC \. /u,
    );

    expect(await logIn(token)).toEqual(failed());
    expect(await logged('session_refused')).toContain('"check":"replay"');
  });

  test("shows nobody without a cookie, with a wrong one, and with a token that is no session's", async () => {
    const { access_token: accessToken } = (await (
      await fetch(partner.token_url, {
        method: 'POST',
        body: new URLSearchParams({ grant_type: 'client_credentials' }),
        headers: { authorization: `Basic ${btoa(`${partner.client_id}:${partner.client_secret}`)}` },
      })
    ).json()) as { readonly access_token: string };
    for (const cookie of [undefined, 'garbage', accessToken, await portal.sign()]) {
      const shown = await see(cookie);
      expect(shown).toEqual(page(403));
      expect(textOf(shown)).toBe(
        'You are not signed in The login failed, or its time is over. Please go back to the site that brought you here and follow its link once more.',
      );
    }
  });

  test('ends with its token: revoked by the client, nobody is signed in', async () => {
    const [cookie = ''] = cookieIn(await logIn(await portal.sign()));
    expect((await see(cookie)).status).toBe(200);
    const revoked = await fetch(`${twin.urls.gateway}/oauth2/revoke`, {
      method: 'POST',
      body: new URLSearchParams({
        token: cookie,
        client_id: partner.client_id,
        client_secret: partner.client_secret,
      }),
    });
    expect(revoked.status).toBe(200);
    expect((await see(cookie)).status).toBe(403);
  });

  test("goes on to the page of the issuer's record, where it is ours", async () => {
    const ours = `${twin.urls.gateway}/portal/start`;
    for (const [sessionPage, leadsTo] of [
      [ours, ours],
      ['https://elsewhere.example/start', address()],
    ] as const) {
      const other = await records.register(partner.client_id, 'user.ritm0064001', { sessionPage });
      expect((await logIn(await other.sign())).headers['location']).toBe(leadsTo);
    }
  });
});

// Threat T-49
describe('JWT-4 a login fails in one way, and the log says why', () => {
  const now = Math.floor(Date.now() / 1000);
  const parts = async (
    change: (header: string, claims: string, signature: string) => string,
  ): Promise<string> => {
    const [header = '', claims = '', signature = ''] = (await portal.sign()).split('.');
    return change(header, claims, signature);
  };
  const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

  test.each<[check: string, what: string, token: () => Promise<string>]>([
    ['malformed', 'an empty token', () => Promise.resolve('')],
    ['malformed', 'garbage', () => Promise.resolve('%00%0d%0aSet-Cookie:a=b')],
    ['malformed', 'a token that is too long', () => Promise.resolve(`e30.${'A'.repeat(10_000)}.AA`)],
    ['issuer', 'a token of nobody', () => portal.sign({ iss: 'https://nobody.example' })],
    [
      'kid',
      'a token of another key',
      () =>
        parts((_, claims, signature) => `${encoded({ alg: 'ES256', kid: 'other' })}.${claims}.${signature}`),
    ],
    [
      'alg',
      'a token without a signature',
      () => parts((_, claims) => `${encoded({ alg: 'none', kid: 'portal' })}.${claims}.AA`),
    ],
    [
      'signature',
      'a forged token',
      () =>
        parts(
          (header, _, signature) =>
            `${header}.${encoded({ ...portal.issuer, iss: portal.issuer.issuer, sub: 'someone.else' })}.${signature}`,
        ),
    ],
    ['expiry', 'a token too old', () => portal.sign({ iat: now - 400, exp: now - 200 })],
    ['not_before', 'a token too new', () => portal.sign({ nbf: now + 1000 })],
    ['lifetime', 'a token for too long', () => portal.sign({ exp: now + 400 })],
    ['audience', 'a token for somebody else', () => portal.sign({ aud: 'https://elsewhere.example' })],
    ['principal', 'a token of no user', () => portal.sign({ sub: undefined })],
    ['user', 'a token of an unknown user', () => portal.sign({ sub: 'someone.else' })],
    ['user', "a token of another partner's user", () => portal.sign({ sub: 'user.ritm0064002' })],
    ['jti', 'a token that has no id', () => portal.sign({ jti: undefined })],
    [
      'issuer',
      'a token of an issuer that is not switched on',
      async () => (await records.register(partner.client_id, 'user.ritm0064001', { status: 'draft' })).sign(),
    ],
    [
      'use',
      'a token of an issuer of assertions',
      async () =>
        (
          await records.register(partner.client_id, 'user.ritm0064001', { uses: ['assertion', 'bearer'] })
        ).sign(),
    ],
    [
      // Threat T-91
      'use',
      'a token for calls, of an issuer whose tokens are accepted on calls',
      async () =>
        (
          await records.register(partner.client_id, 'user.ritm0064001', { uses: ['bearer', 'session'] })
        ).sign(),
    ],
    [
      'partner',
      'a token of an issuer of another partner',
      async () =>
        (await records.register(partner.client_id, 'user.ritm0064001', { partnerId: 'someone-else' })).sign(),
    ],
    [
      'client_suspended',
      'a token of a client that is suspended',
      async () => {
        await records.change(suspended.client_id, { status: 'suspended' });
        return (await records.register(suspended.client_id, 'user.ritm0064002')).sign();
      },
    ],
  ])('%s: %s', async (check, _what, sign) => {
    expect(await logIn(await sign())).toEqual(failed());
    expect(await logged('session_refused')).toContain(`"check":"${check}"`);
  });

  test('parameters: two tokens, even if one is good', async () => {
    const token = await portal.sign();
    for (const query of [
      `?access_token=x&access_token=${token}`,
      `?access_token=${token}&access_token=${token}`,
    ]) {
      expect(await get(query)).toEqual(failed());
      expect(await logged('session_refused')).toContain('"check":"parameters"');
    }
    expect((await logIn(token)).headers['set-cookie']).toMatch(/Max-Age=900$/u);
  });

  test('method: a form that is posted, wherever it has the token', async () => {
    const token = await portal.sign();
    for (const query of ['', `?access_token=${token}`]) {
      expect(
        await get(query, { method: 'POST', body: new URLSearchParams({ access_token: token }) }),
      ).toEqual(failed());
      expect(await logged('session_refused')).toContain('"check":"method"');
    }
    expect((await logIn(token)).headers['set-cookie']).toMatch(/Max-Age=900$/u);
  });

  test.each(['dynamodb GetItem', 'dynamodb UpdateItem', 'kms Sign'])(
    'where %s does not answer',
    async (what) => {
      const [service = '', operation = ''] = what.split(' ');
      const token = await portal.sign();
      await forgetRecords();
      await fail(service, operation);
      expect(await logIn(token)).toEqual(failed());
      expect(await logged('vendor_failed')).toContain(`"operation":"${operation}"`);
    },
  );
});

test('JWT-4 where who is signed in cannot be looked up, nobody is told that it is nobody', async () => {
  const [cookie = ''] = cookieIn(await logIn(await portal.sign()));
  await forgetRecords();
  await fail('dynamodb', 'GetItem');
  const shown = await see(cookie);
  expect(shown).toEqual(page(503));
  expect(textOf(shown)).toBe(
    'That did not work Something went wrong on our side. Please try once more in a minute.',
  );
  expect((await see(cookie)).status).toBe(200);
});

describe('JWT-4 what only looks burns nothing', () => {
  test.each([
    { 'sec-purpose': 'prefetch' },
    { 'sec-purpose': 'prefetch;prerender' },
    { purpose: 'prefetch' },
  ])('a browser that fetches ahead: %j', async (headers) => {
    const token = await portal.sign();
    const answer = await get(`?access_token=${token}`, { headers });
    expect(answer).toEqual(page(403));
    expect(await logged('session_refused')).toContain('"check":"prefetch"');
    expect((await logIn(token)).headers['set-cookie']).toMatch(/Max-Age=900$/u);
  });

  // Threat T-48
  test('a scanner that asks by HEAD', async () => {
    const token = await portal.sign();
    expect((await fetch(address(`?access_token=${token}`), { method: 'HEAD' })).status).toBe(405);
    expect((await logIn(token)).headers['set-cookie']).toMatch(/Max-Age=900$/u);
  });

  test('a token of a megabyte is read by nobody', async () => {
    expect((await fetch(address(`?access_token=${'x'.repeat(1_000_000)}`))).status).toBe(431);
  });
});

// Threat T-42
test('JWT-4 no token is in a log', async () => {
  const [used, failing, ahead, posted] = await Promise.all([1, 2, 3, 4].map(() => portal.sign()));
  const [cookie = ''] = cookieIn(await logIn(used ?? ''));
  await logged('session_opened');
  expect((await see(cookie)).status).toBe(200);
  await logIn(used ?? '');
  await logged('session_refused');
  await get(`?access_token=${ahead}`, { headers: { purpose: 'prefetch' } });
  await logged('session_refused');
  await get(`?access_token=${posted}`, { method: 'POST' });
  await logged('session_refused');
  await fail('dynamodb', 'UpdateItem');
  await logIn(failing ?? '');
  await logged('vendor_failed');

  const log = twin.log();
  expect(log).toContain('"resourcePath":"/session"');
  expect(tokens).toEqual(expect.arrayContaining([used, failing, ahead, posted, cookie]));
  expectNoTokenIn(log);
});
