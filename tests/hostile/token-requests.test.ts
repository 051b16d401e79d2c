import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { grantTypes } from '../../core/contracts/records.ts';
import type { PickedUpCredentials } from '../../clients/partner.ts';
import { choosePassword, newClient, openRecords, type ContractRecords } from '../journeys/contracted.ts';
import { requestFor } from '../journeys/requests.ts';
import { wholeAnswer, type WholeAnswer } from '../journeys/whole-answer.ts';
import { rawRequest } from '../support/raw-request.ts';
import { startTestTwin, type TestTwin } from '../support/twin.ts';
import { rsaPair } from '../support/rsa-keys.ts';
import { forgeries, signed } from './forgeries.ts';
import { hugeTokens } from './huge-tokens.ts';
import { inspectable, liveBytes } from './live-memory.ts';
import { misspelt } from './misspelt.ts';
import { patience, runs } from './runs.ts';
import { hostile, huge } from './strings.ts';
import { oddLinesIn } from './watched-twin.ts';

const [, password, jwtBearer, tokenExchange] = grantTypes;
const tokenType = (name: string): string => `urn:ietf:params:oauth:token-type:${name}`;
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const form = 'application/x-www-form-urlencoded';
const headers = { 'content-type': 'application/json', 'cache-control': 'no-store', pragma: 'no-cache' };
const refusal = (error: string, description: string): WholeAnswer => ({
  status: 400,
  headers,
  body: { error, error_description: description },
});
const invalidClient = (description: string): WholeAnswer => ({
  status: 401,
  headers: { ...headers, 'www-authenticate': 'Basic realm="sallyport"' },
  body: { error: 'invalid_client', error_description: description },
});
const noBasic = invalidClient('the Authorization header is not valid HTTP Basic');
const twoWays = refusal('invalid_request', 'the client authenticates in two ways');
const wrongSecret = invalidClient('the client is unknown or its secret is wrong');
const wrongAssertion = invalidClient('the client is unknown or its assertion is not good');
const badGrant = refusal('invalid_grant', 'the assertion is not accepted');
const badSubject = refusal('invalid_request', 'the subject token is not accepted');
const tooLong = refusal('invalid_request', 'the body is longer than 64 KB');
const inactive: WholeAnswer = { status: 200, headers, body: { active: false } };
const unauthorized = 401;

/** As a header. */
const isSendable = (token: string): boolean =>
  /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/u.test(token) && token.length < 8000;

const kid = 'k1';
const [clientKey, issuerKey, stranger] = [rsaPair('first'), rsaPair('second'), rsaPair('third')];
const secret = 'correct horse battery';

describe('OAU-2 the token endpoint takes anything', () => {
  let twin: TestTwin;
  let records: ContractRecords;
  let portal: PickedUpCredentials;
  let calmly: number;
  /** Of Cognito and of us, as they really are. */
  const real: Record<'Cognito' | 'ours', string> = { Cognito: '', ours: '' };
  const sent: string[] = [];

  beforeAll(async () => {
    twin = await startTestTwin({ environment: { NODE_OPTIONS: `--max-old-space-size=160 ${inspectable}` } });
    records = openRecords(twin.urls);
    portal = await newClient(twin.urls, requestFor('RITM0120001', { user_id: 'dana.li' }));
    const { partnerId } = await records.clientOf(portal.client_id);
    const publicKey = (key: typeof clientKey) => ({ ...key.publicKey.export({ format: 'jwk' }), kid });
    await records.giveKeys(portal.client_id, publicKey(clientKey));
    await records.trust(
      {
        issuer: 'https://idp.acme.example',
        partnerId,
        clientId: portal.client_id,
        audiences: [twin.urls.gateway],
        uses: ['assertion', 'bearer'],
      },
      publicKey(issuerKey),
    );
    await records.agree(portal.client_id, {
      grants: grantTypes,
      password: { owner: 'legacy@acme.example', sunset: new Date(Date.now() + 86_400_000).toISOString() },
    });
    await choosePassword(twin.urls, 'dana.li', secret);
    real.Cognito = tokenIn(await ask({ grant_type: 'client_credentials' }, basic()));
    real.ours = tokenIn(await ask({ grant_type: password, username: 'dana.li', password: secret }, basic()));
    calmly = await liveBytes(twin);
  });
  afterAll(async () => {
    await twin.stop();
  });

  const encoded = (text: string): string => Buffer.from(text).toString('base64');
  const basic = (id = portal.client_id, its = portal.client_secret): string =>
    `Basic ${encoded(`${id}:${its}`)}`;
  const post = async (path: string, body: string, authorization?: string): Promise<WholeAnswer> =>
    wholeAnswer(
      await fetch(`${twin.urls.gateway}${path}`, {
        method: 'POST',
        body,
        headers: { 'content-type': form, ...(authorization !== undefined && { authorization }) },
      }),
    );
  const textOf = (fields: Readonly<Record<string, string>>): string => new URLSearchParams(fields).toString();
  const ask = (fields: Readonly<Record<string, string>>, authorization?: string): Promise<WholeAnswer> =>
    post('/oauth2/token', textOf(fields), authorization);
  const introspect = (token: string): Promise<WholeAnswer> =>
    post('/oauth2/introspect', textOf({ token }), basic());
  const call = async (token: string): Promise<number> =>
    (
      await fetch(`${twin.urls.gateway}/apis/credit-reports/reports`, {
        headers: { authorization: `Bearer ${token}`, 'x-twin-source-ip': '203.0.113.10' },
      })
    ).status;
  const tokenIn = ({ body }: WholeAnswer): string =>
    body !== null && typeof body === 'object' && 'access_token' in body ? String(body.access_token) : '';
  const isIssued = ({ status }: WholeAnswer): boolean => status === 200;

  const inSeconds = (ahead: number): number => Math.floor(Date.now() / 1000) + ahead;
  const times = () => ({ iat: inSeconds(-5), exp: inSeconds(200), jti: randomUUID() });
  const ofClient = () => ({
    header: { alg: 'RS256', kid },
    claims: { iss: portal.client_id, sub: portal.client_id, aud: twin.urls.gateway, ...times() },
    key: clientKey,
  });
  const ofIssuer = () => ({
    header: { alg: 'RS256', kid, typ: 'JWT' },
    claims: { iss: 'https://idp.acme.example', sub: 'dana.li', aud: twin.urls.gateway, ...times() },
    key: issuerKey,
  });
  const good = ({ header, claims, key }: ReturnType<typeof ofClient>): string => {
    const token = signed(header, claims, key.privateKey);
    sent.push(token);
    return token;
  };
  const byAssertion = (assertion = good(ofClient())) => ({
    client_assertion_type: assertionType,
    client_assertion: assertion,
  });
  const inForm = () => ({ client_id: portal.client_id, client_secret: portal.client_secret });
  const cc = { grant_type: 'client_credentials' };

  /** Twenty at a time. */
  async function each<Item, Result>(
    items: readonly Item[],
    act: (item: Item) => Promise<Result>,
  ): Promise<readonly Result[]> {
    const results: Result[] = [];
    for (let at = 0; at < items.length; at += 20) {
      results.push(...(await Promise.all(items.slice(at, at + 20).map(act))));
    }
    return results;
  }
  const counted = (answers: readonly WholeAnswer[]) => ({
    issued: answers.filter(isIssued).length,
    others: [
      ...new Set(answers.filter((answer) => !isIssued(answer)).map((answer) => JSON.stringify(answer))),
    ].map((text) => JSON.parse(text) as unknown),
  });

  test('a client shows who it is once and in one way', async () => {
    const twice = async (...values: readonly string[]): Promise<WholeAnswer> => {
      const {
        status,
        headers: answered,
        body,
      } = await rawRequest(twin.urls.gateway, {
        method: 'POST',
        path: '/oauth2/token',
        body: textOf(cc),
        headers: [
          ['Content-Type', form],
          ...values.map((value, at): [string, string] => [
            at % 2 === 0 ? 'Authorization' : 'authorization',
            value,
          ]),
        ],
      });
      return wholeAnswer(
        new Response(body, {
          status,
          headers: Object.entries(answered).map(([name, value]) => [name, String(value)]),
        }),
      );
    };
    expect(await twice(basic(), basic())).toEqual(noBasic);
    expect(await twice(basic(), 'Basic eDp5')).toEqual(noBasic);
    expect(await twice('Basic eDp5', basic())).toEqual(noBasic);
    expect(await twice('', basic(), '')).toEqual(noBasic);
    expect(await ask(cc, `${basic()}, ${basic()}`)).toEqual(noBasic);
    expect(await ask(cc, `Bearer ${real.ours}`)).toEqual(noBasic);
    for (const [fields, authorization] of [
      [{ ...cc, ...inForm() }, basic()],
      [{ ...cc, ...byAssertion() }, basic()],
      [{ ...cc, ...inForm(), ...byAssertion() }],
      [{ ...cc, client_secret: 'x' }, 'Bearer x'],
      [{ ...cc, client_assertion: 'x' }, basic()],
    ] as const) {
      expect(await ask(fields, authorization)).toEqual(twoWays);
    }
    expect(await ask({ ...cc, client_id: 'other' }, basic())).toEqual(
      refusal('invalid_request', 'two client ids are given'),
    );
    expect(await ask({ ...cc, ...byAssertion(), client_id: 'other' })).toEqual(wrongAssertion);
  });

  test.each<[what: string, authorization: () => string, answer: 'issued' | WholeAnswer]>([
    [
      'each character encoded',
      () =>
        basic(
          ...([portal.client_id, portal.client_secret].map((text) =>
            text.replaceAll(/./gu, (one) => `%${one.charCodeAt(0).toString(16)}`),
          ) as [string, string]),
        ),
      'issued',
    ],
    [
      'encoded twice',
      () =>
        basic(
          portal.client_id,
          portal.client_secret.replaceAll(/./gu, (one) => `%25${one.charCodeAt(0).toString(16)}`),
        ),
      wrongSecret,
    ],
    ['a NUL after the secret', () => basic(portal.client_id, `${portal.client_secret}%00`), wrongSecret],
    ['a line end after the id', () => basic(`${portal.client_id}%0A`), wrongSecret],
    ['half of a character', () => basic(portal.client_id, '%C3'), noBasic],
    ['an encoded surrogate', () => basic(portal.client_id, '%ED%A0%80'), noBasic],
    ['a secret of 7 KB', () => basic(portal.client_id, 'x'.repeat(5000)), wrongSecret],
    ['an id of 7 KB', () => basic('%F0%9F%A6%8A'.repeat(420)), wrongSecret],
    ['base64url', () => `Basic ${Buffer.from('a:\u00ff\u00fe\u00fb').toString('base64url')}-_`, noBasic],
    [
      'bytes that are no text',
      () => `Basic ${Buffer.from([0xff, 0x3a, 0xfe]).toString('base64')}`,
      wrongSecret,
    ],
  ])('HTTP Basic with %s', async (_what, authorization, answer) => {
    const answered = await ask(cc, authorization());
    if (answer === 'issued') expect(isIssued(answered)).toBe(true);
    else expect(answered).toEqual(answer);
  });

  test('in the form, too, nobody is asked for what is far too long', async () => {
    for (const fields of [
      { ...inForm(), client_secret: 'x'.repeat(60_000) },
      { ...inForm(), client_id: 'x'.repeat(60_000) },
      { client_id: '\u{1f98a}'.repeat(5000), client_secret: 'x' },
    ]) {
      expect(await ask({ ...cc, ...fields })).toEqual(wrongSecret);
    }
  });

  test(
    'no parameter comes twice, however its name is written',
    async () => {
      const usual: Readonly<Record<string, string>> = {
        ...cc,
        scope: 'credit-reports/read',
        resource: 'x',
        audience: 'x',
        assertion: 'x',
        subject_token: 'x',
        actor_token: 'x',
        username: 'x',
        password: 'x',
        token: 'x',
        ...inForm(),
      };
      const name = fc.constantFrom(...Object.keys(usual));
      const spelt = fc
        .tuple(name, fc.boolean())
        .map(([each, escaped]) =>
          escaped ? each.replaceAll(/./gu, (one) => `%${one.charCodeAt(0).toString(16)}`) : each,
        );
      await fc.assert(
        fc.asyncProperty(
          spelt,
          fc.oneof(fc.constantFrom('', 'x', 'client_credentials'), hostile),
          fc.nat(12),
          async (again, value, at) => {
            const pairs = textOf(usual).split('&');
            const body = [
              ...pairs.slice(0, at),
              `${again}=${encodeURIComponent(value.toWellFormed())}`,
              ...pairs.slice(at),
            ].join('&');
            for (const path of ['/oauth2/token', '/oauth2/introspect', '/oauth2/revoke']) {
              expect(await post(path, body)).toEqual(refusal('invalid_request', 'a parameter is repeated'));
            }
          },
        ),
        runs(15),
      );
    },
    patience,
  );

  const badScope = refusal('invalid_scope', 'scope must be tokens separated by single spaces');
  const notGranted = refusal('invalid_scope', 'a scope is asked for that was not granted');
  test.each<[scope: string, answer: WholeAnswer | 'credit-reports/read']>([
    ...[
      ' ',
      'credit-reports/read ',
      ' credit-reports/read',
      'credit-reports/read  credit-reports/read',
      'credit-reports/read\tcredit-reports/write',
      'credit-reports/read\n',
      '"credit-reports/read"',
      'credit-reports\\read',
      'credit-reports/read\u0000',
      'credit-reports/reаd',
      'credit-reports/read\u00a0',
      '\u202ecredit-reports/read',
      'x'.repeat(4097),
      'a '.repeat(3000),
    ].map((scope): [string, WholeAnswer] => [scope, badScope]),
    ...[
      'credit-reports/write',
      'credit-reports/read credit-reports/write',
      'credit-reports',
      'credit-reports/',
      'credit-reports/*',
      '*',
      'credit-reports/READ',
      'Credit-Reports/read',
      '/read',
      'credit-reports//read',
      'credit-reports/read/',
      '../credit-reports/read',
      'credit-reports%2Fread',
      'fraud-signals/read',
      'openid',
      '__proto__',
      'constructor',
      'x'.repeat(4096),
      Array.from({ length: 400 }, (_, at) => `s${at}`).join(' '),
    ].map((scope): [string, WholeAnswer] => [scope, notGranted]),
    ['credit-reports/read credit-reports/read', 'credit-reports/read'],
  ])('scope %#: %j', async (scope, answer) => {
    const answered = await ask({ ...cc, scope, ...byAssertion() });
    if (typeof answer === 'string') {
      expect(answered.body).toEqual({
        access_token: expect.any(String) as string,
        token_type: 'Bearer',
        expires_in: 900,
        scope: answer,
      });
    } else expect(answered).toEqual(answer);
  });

  test("an audience is the API or the client's product, letter for letter", async () => {
    const api = twin.urls.gateway;
    const wrong = [
      `${api}/`,
      `${api}/apis`,
      `${api}/apis/`,
      `${api}/apis/fraud-signals`,
      `${api}/apis/credit-reports/`,
      `${api}/apis/credit-reports/../fraud-signals`,
      `${api}/apis/credit-reports?x`,
      `${api}/apis/credit-reports%00`,
      api.toUpperCase(),
      api.replace('http://', 'http://evil@'),
      `${api}.evil.example`,
      'x',
      '*',
      `${api} ${api}`,
      '__proto__',
      'http://[',
      'x'.repeat(20_000),
    ];
    const exchange = (more: Readonly<Record<string, string>>) =>
      ask(
        {
          grant_type: tokenExchange,
          subject_token: real.ours,
          subject_token_type: tokenType('access_token'),
          ...more,
        },
        basic(),
      );
    const refused = refusal(
      'invalid_target',
      `the audience must be one of: ${api}, ${api}/apis/credit-reports`,
    );
    for (const name of ['audience', 'resource']) {
      expect(await each(wrong, (value) => exchange({ [name]: value }))).toEqual(wrong.map(() => refused));
    }
    expect(await exchange({ audience: api, resource: `${api}/apis/credit-reports` })).toEqual(
      refusal('invalid_target', 'audience and resource differ'),
    );
    expect(isIssued(await exchange({ audience: api, resource: api }))).toBe(true);
  });

  test(
    "anything as a form is answered in OAuth's own words",
    async () => {
      const names = [
        'grant_type',
        'scope',
        'client_id',
        'client_secret',
        'client_assertion',
        'client_assertion_type',
        'assertion',
        'subject_token',
        'subject_token_type',
        'actor_token',
        'requested_token_type',
        'audience',
        'resource',
        'token',
        'token_type_hint',
        '__proto__',
        'constructor',
      ];
      const value = fc.oneof(
        {
          weight: 4,
          arbitrary: fc.constantFrom(
            ...grantTypes,
            assertionType,
            tokenType('access_token'),
            tokenType('jwt'),
            'credit-reports/read',
            'a.b.c',
            'eyJhbGciOiJub25lIn0.e30.',
          ),
        },
        fc.constantFrom('Cognito', 'ours').map((of) => `real ${of}`),
        hostile,
        huge,
      );
      const who = fc.oneof(
        { weight: 3, arbitrary: fc.constant('by basic') },
        fc.constant(undefined),
        fc.constantFrom('Basic', 'Basic ', 'Basic =', 'Bearer x', 'Digest x', 'Basic OnM6cw=='),
        fc.base64String().map((text) => `Basic ${text}`),
      );
      const type = fc.oneof(
        { weight: 8, arbitrary: fc.constant(form) },
        fc.constantFrom(
          '',
          'application/json',
          'multipart/form-data; boundary=x',
          `${form}; charset=utf-16`,
          'text/plain',
        ),
      );
      const bodies = fc.oneof(
        {
          weight: 5,
          arbitrary: fc
            .dictionary(fc.constantFrom(...names), value, { maxKeys: 7 })
            .map((fields) =>
              new URLSearchParams(
                Object.entries(fields).map(([name, text]): [string, string] => [name, text]),
              ).toString(),
            ),
        },
        fc.string({ unit: 'binary' }),
        fc.constantFrom(
          '&&&',
          '=',
          '%',
          '%zz=%zz',
          'grant_type',
          '&'.repeat(60_000),
          'a&'.repeat(20_000),
          '{"grant_type":"client_credentials"}',
        ),
      );
      const requests = fc.array(
        fc.record({
          path: fc.constantFrom('token', 'token', 'introspect', 'revoke'),
          body: bodies,
          authorization: who,
          contentType: type,
        }),
        { minLength: 1, maxLength: 20, size: 'max' },
      );
      // Some of the requests revoke them.
      const [cognitos, ours] = (
        await each([cc, { grant_type: password, username: 'dana.li', password: secret }], (fields) =>
          ask(fields, basic()),
        )
      ).map(tokenIn);
      const codes = new Set([
        'invalid_request',
        'invalid_client',
        'invalid_grant',
        'unauthorized_client',
        'unsupported_grant_type',
        'invalid_scope',
        'invalid_target',
      ]);
      await fc.assert(
        fc.asyncProperty(requests, async (batch) => {
          const answers = await Promise.all(
            batch.map(async ({ path, body, authorization, contentType }) =>
              wholeAnswer(
                await fetch(`${twin.urls.gateway}/oauth2/${path}`, {
                  method: 'POST',
                  body: body.replaceAll('real+Cognito', cognitos ?? '').replaceAll('real+ours', ours ?? ''),
                  headers: {
                    'content-type': contentType,
                    ...(authorization !== undefined && {
                      authorization: authorization === 'by basic' ? basic() : authorization,
                    }),
                  },
                }),
              ),
            ),
          );
          for (const { status, body } of answers.filter((answer) => !isIssued(answer))) {
            const {
              error,
              error_description: description,
              ...rest
            } = body as Readonly<Record<string, string>>;
            expect(codes).toContain(error);
            expect(status).toBe(error === 'invalid_client' ? 401 : 400);
            expect(description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]{1,300}$/u);
            expect(rest).toEqual({});
          }
        }),
        runs(40),
      );
    },
    patience,
  );

  test(
    "forged assertions are refused alike, as grant and as authentication; a client's is no grant, and a third party's no client",
    async () => {
      const address = `${twin.urls.gateway}/_twin/health`;
      const parties = forgeries({ ...ofIssuer(), stranger, address, seconds: inSeconds(0) });
      expect(
        await each(parties, ({ token }) => ask({ grant_type: jwtBearer, assertion: token }, basic())),
      ).toEqual(
        parties.map(({ token }) =>
          token === '' ? refusal('invalid_request', 'assertion is missing') : badGrant,
        ),
      );
      const clients = forgeries({ ...ofClient(), stranger, address, seconds: inSeconds(0) });
      expect(
        await each(clients, ({ token }) =>
          post(
            '/oauth2/revoke',
            textOf({ token: 'x', client_assertion_type: assertionType, client_assertion: token }),
          ),
        ),
      ).toEqual(
        clients.map(({ token }) =>
          token === ''
            ? invalidClient(
                'the client must authenticate by HTTP Basic, by client_id and client_secret in the body, or by client_assertion',
              )
            : wrongAssertion,
        ),
      );
      expect(await ask({ grant_type: jwtBearer, assertion: good(ofClient()) }, basic())).toEqual(badGrant);
      expect(await ask({ ...cc, ...byAssertion(good(ofIssuer())) })).toEqual(wrongAssertion);
      for (const token of Object.values(real)) {
        expect(await ask({ grant_type: jwtBearer, assertion: token }, basic())).toEqual(badGrant);
        expect(await ask({ ...cc, ...byAssertion(token) })).toEqual(wrongAssertion);
      }
      const inHeader = parties.map(({ token }) => token).filter(isSendable);
      expect(await each(inHeader, call)).toEqual(inHeader.map(() => unauthorized));
      expect([await call(good(ofIssuer())), await call(good(ofClient()))]).toEqual([200, unauthorized]);
      sent.push(...[...parties, ...clients].map(({ token }) => token));
    },
    patience,
  );

  test(
    'access tokens that are not as they were issued are not active, are exchanged for nothing, and open nothing',
    async () => {
      const exchange = (token: string) =>
        ask(
          { grant_type: tokenExchange, subject_token: token, subject_token_type: tokenType('access_token') },
          basic(),
        );
      const [cognito, ours] = [real.Cognito, real.ours].map((token) => token.split('.'));
      const grafted = [
        [cognito?.[0], ours?.[1], ours?.[2]],
        [ours?.[0], cognito?.[1], cognito?.[2]],
        [cognito?.[0], ours?.[1], cognito?.[2]],
        [ours?.[0], ours?.[1], cognito?.[2]],
        [cognito?.[0], cognito?.[1], ours?.[2]],
      ].map((parts) => parts.join('.'));
      const wrong = [
        ...Object.values(real).flatMap((token) => misspelt(token).map(([, text]) => text)),
        ...grafted,
        good(ofClient()),
      ].filter((token) => token !== '');
      expect([
        await call(real.Cognito),
        isIssued(await exchange(real.ours)),
        (await introspect(real.ours)).body,
      ]).toEqual([200, true, expect.objectContaining({ active: true })]);
      // With white space around it, a token is still the one that was issued.
      const another = wrong.filter((token) => !Object.values(real).includes(token.trim()));
      expect(another.length).toBeGreaterThan(grafted.length);
      expect(await each(another, introspect)).toEqual(another.map(() => inactive));
      expect(await each(wrong, exchange)).toEqual(wrong.map(() => badSubject));
      const sendable = wrong.filter(isSendable);
      expect(await each(sendable, call)).toEqual(sendable.map(() => unauthorized));
      expect(await introspect(good(ofClient()))).toEqual(inactive);
      // A third party's token that is taken on calls is described to its issuer's client.
      expect((await introspect(good(ofIssuer()))).body).toEqual(expect.objectContaining({ active: true }));
      sent.push(...wrong);
    },
    patience,
  );

  test('several tokens in one header, or several headers, open nothing', async () => {
    const withHeaders = async (...values: readonly string[]): Promise<number> =>
      (
        await rawRequest(twin.urls.gateway, {
          path: '/apis/credit-reports/reports',
          headers: [
            ['X-Twin-Source-Ip', '203.0.113.10'],
            ...values.map((value): [string, string] => ['Authorization', value]),
          ],
        })
      ).status;
    const token = real.Cognito;
    for (const value of [
      `Bearer ${token} ${token}`,
      `Bearer ${token},${token}`,
      `Bearer ${token}, Bearer ${token}`,
      `Bearer ${token};x`,
      `Bearer\t${token}`,
      `Bearer=${token}`,
      `Basic ${token}`,
      token,
      `Bearer "${token}"`,
      `Bearer token="${token}"`,
      `DPoP ${token}`,
    ]) {
      expect(await withHeaders(value)).toBe(unauthorized);
    }
    for (const values of [
      [token, real.ours],
      ['x', real.ours],
      [real.ours, 'x'],
      [real.ours, real.ours],
    ]) {
      expect(await withHeaders(...values.map((each) => `Bearer ${each}`))).toBe(unauthorized);
    }
    expect(await withHeaders(`Bearer ${real.ours}`)).toBe(200);
  });

  test(
    'far too large is refused before it is read',
    async () => {
      const all = hugeTokens(ofIssuer());
      expect(await each(all, ([, assertion]) => ask({ grant_type: jwtBearer, assertion }, basic()))).toEqual(
        all.map(() => tooLong),
      );
      expect(await each(all, ([, token]) => introspect(token))).toEqual(all.map(() => tooLong));
      const inHeader = await each(
        all,
        async ([, token]) =>
          (
            await rawRequest(twin.urls.gateway, {
              path: '/apis/credit-reports/reports',
              headers: [['Authorization', `Bearer ${token}`]],
            }).catch(() => ({ status: 431 }))
          ).status,
      );
      expect(new Set(inHeader)).toEqual(new Set([431]));
    },
    patience,
  );

  test(
    'an assertion counts once, of twenty at once too, and at all endpoints together',
    async () => {
      const twenty = Array.from({ length: 20 });
      const assertion = good(ofClient());
      expect(counted(await Promise.all(twenty.map(() => ask({ ...cc, ...byAssertion(assertion) }))))).toEqual(
        { issued: 1, others: [wrongAssertion] },
      );
      expect(
        await post('/oauth2/introspect', textOf({ token: real.ours, ...byAssertion(assertion) })),
      ).toEqual(wrongAssertion);

      const grant = good(ofIssuer());
      expect(
        counted(
          await Promise.all(twenty.map(() => ask({ grant_type: jwtBearer, assertion: grant }, basic()))),
        ),
      ).toEqual({ issued: 1, others: [badGrant] });
      const subject = { grant_type: tokenExchange, subject_token_type: tokenType('jwt') };
      expect(await ask({ ...subject, subject_token: grant }, basic())).toEqual(badSubject);
      const other = good(ofIssuer());
      expect(
        counted(
          await Promise.all(
            twenty.map((_, at) =>
              at % 2 === 0
                ? ask({ ...subject, subject_token: other }, basic())
                : ask({ grant_type: jwtBearer, assertion: other }, basic()),
            ),
          ),
        ),
      ).toEqual({ issued: 1, others: expect.arrayContaining([badGrant, badSubject]) as unknown });

      // Another text with the same jti is the same assertion.
      const { claims, ...rest } = ofClient();
      expect(
        counted(
          await Promise.all(
            twenty.map((_, at) =>
              ask({ ...cc, ...byAssertion(good({ ...rest, claims: { ...claims, exp: claims.exp + at } })) }),
            ),
          ),
        ),
      ).toEqual({ issued: 1, others: [wrongAssertion] });
    },
    patience,
  );

  test(
    'it holds on to nothing of this, and its log is short lines of JSON without a fault of ours and without any token',
    async () => {
      await expect.poll(() => liveBytes(twin), { timeout: 100_000 }).toBeLessThan(calmly + 8 * 1024 * 1024);
      expect(oddLinesIn(twin).filter((line) => !/^(?:Debugger |For help, see: )/u.test(line))).toEqual([]);
      const log = twin.log();
      const secrets = [...sent, ...Object.values(real)]
        .flatMap((token) => token.split('.'))
        .filter((part) => part.length > 30);
      expect([...secrets, portal.client_secret, secret].filter((part) => log.includes(part))).toEqual([]);
    },
    patience,
  );
});
