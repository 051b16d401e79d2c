import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createClock, type TwinClock } from '../../local/kernel/clock.ts';
import { createFaults, type Faults } from '../../local/kernel/faults.ts';
import { type KnownIdentities, openIdentities } from '../../local/seed/identities.ts';
import { createQuotas, type Quotas } from '../../local/kernel/quotas.ts';
import { openStore, type Store } from '../../local/kernel/store.ts';
import { createTwinApi } from '../../local/twin-api.ts';
import { rsaKeys } from '../support/rsa-keys.ts';

const mail = {
  source: 'ses',
  to: 'api-team@acme.example',
  from: 'api@brand.example',
  subject: 'A <b> & "c"',
  text: 'text',
  html: '<p>html</p>',
  tags: { onboarding: '1' },
  sentAt: '2026-11-20T18:00:00.000Z',
} as const;
const ticket = {
  sys_id: 'a1',
  number: 'RITM0010001',
  table: 'sc_req_item',
  state: '2',
  assignment_group: 'EITS IAM SSO Requests',
  work_notes: [{ text: 'started', at: '2026-11-20T18:00:00.000Z' }],
  comments: [],
};
const urls = { gateway: 'http://127.0.0.1:3000', okta: 'http://127.0.0.1:3002' };
const event = {
  source: 'sallyport',
  detailType: 'Onboarding Needs Operator',
  detail: { onboardingId: 'onb-1' },
};
const permission = {
  role: 'sallyport-dev-TokenRole',
  action: 'kms:Decrypt',
  resource: '*',
  conditions: {},
  used: 0,
};
const operations = ['okta CreateUser', 'ses SendEmail'];

let folder: string;
let store: Store;
let identities: KnownIdentities;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-twin-api-'));
  store = openStore(folder);
  identities = await openIdentities(store);
});
afterAll(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

let clock: TwinClock;
let faults: Faults;
let quotas: Quotas;
let twinApi: ReturnType<typeof createTwinApi>;
let call: (
  method: string,
  path: string,
  body?: unknown,
) => Promise<{ status: number; type: string | null; body: unknown }>;
beforeEach(() => {
  clock = createClock(20);
  quotas = createQuotas(20);
  faults = createFaults(quotas);
  faults.register('okta', ['CreateUser']);
  faults.register('ses', ['SendEmail']);
  twinApi = createTwinApi({
    inbox: { all: () => [mail] },
    events: () => [event],
    operatorTokenSeconds: 900,
    operatorToken: ({ group, name, emailVerified }) =>
      Promise.resolve(`${group} ${name} ${emailVerified ? 'verified' : 'unverified'}`),
    permissions: () => [permission],
    identities,
    tickets: () => [ticket],
    executions: () => [{ name: 'RITM0010001-b2b-onboarding-DEV-1', status: 'SUCCEEDED' }],
    faults,
    quotas,
    clock,
    urls,
  });
  call = async (method, path, body) => {
    const answer = await twinApi.request(path, {
      method,
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: answer.status, type: answer.headers.get('content-type'), body: await answer.json() };
  };
});

const ok = (body: unknown) => ({ status: 200, type: 'application/json', body });

test('the inbox, the tickets, the events, the permissions and the health are there to look at', async () => {
  expect(await call('GET', '/_twin/inbox')).toEqual(ok([mail]));
  expect(await call('GET', '/_twin/tickets')).toEqual(ok([ticket]));
  expect(await call('GET', '/_twin/events')).toEqual(ok([event]));
  expect(await call('GET', '/_twin/permissions')).toEqual(ok([permission]));
  expect(await call('GET', '/_twin/health')).toEqual(ok({ status: 'ready', urls }));
});

test('a browser gets pages: every value escaped, and everything linked', async () => {
  const read = async (path: string): Promise<string> => {
    const answer = await twinApi.request(path, { headers: { accept: 'text/html,*/*' } });
    expect(answer.headers.get('content-type')).toBe('text/html; charset=UTF-8');
    return answer.text();
  };
  const front = await read('/_twin/');
  const links = [...front.matchAll(/href="(\/[^"]*)"/gu)].map(([, href]) => href);
  expect(links).toEqual([
    '/_twin/inbox',
    '/_twin/tickets',
    '/_twin/executions',
    '/_twin/events',
    '/_twin/permissions',
    '/operator/openapi.json',
    '/.well-known/oauth-authorization-server',
    '/_twin/faults',
    '/_twin/quotas',
    '/_twin/clock',
    '/_twin/identities',
  ]);
  for (const url of Object.values(urls)) expect(front).toContain(url);
  expect(await read('/_twin/inbox')).toContain('<dd>A &lt;b&gt; &amp; &quot;c&quot;</dd>');
  expect(await read('/_twin/tickets')).toContain('<dd>RITM0010001</dd>');
  expect(await read('/_twin/executions')).toContain('<dd>SUCCEEDED</dd>');
});

test('another method is refused, and the allowed ones are listed', async () => {
  const answer = await twinApi.request('/_twin/clock', { method: 'POST' });
  expect({ status: answer.status, allow: answer.headers.get('allow') }).toEqual({
    status: 405,
    allow: 'GET, HEAD, PUT, DELETE',
  });
});

test('a quota of no operation is refused, whatever its name, and changes nothing', async () => {
  quotas.replace({ 'ses SendEmail': 3 });
  expect(await call('PUT', '/_twin/quotas', '{"__proto__":7}')).toEqual({
    status: 422,
    body: {
      code: 'unknown_operation',
      title: 'no such operation: __proto__',
      type: 'about:blank',
      status: 422,
      allowed: ['okta CreateUser', 'ses SendEmail'],
    },
    type: 'application/problem+json',
  });
  expect(quotas.uses()).toEqual({ 'ses SendEmail': { perSecond: 3, calls: 0, refusals: 0 } });
  expect(await call('PUT', '/_twin/quotas', { 'ses SendEmail': -1 })).toEqual({
    body: {
      errors: [
        {
          path: 'ses SendEmail',
          value: -1,
          detail: 'A number of calls per second, above 0 and up to 1000000.',
          code: 'too_small',
        },
      ],
      type: 'about:blank',
      title: 'The body has faults',
      status: 422,
      code: 'invalid',
    },
    status: 422,
    type: 'application/problem+json',
  });
});

test.each(['/_twin', '/_twin/'])('%s says where to look', async (path) => {
  const answer = await call('GET', path);
  expect([answer.status, (answer.body as { readonly urls?: unknown }).urls]).toEqual([200, urls]);
  expect(Object.keys(answer.body ?? {})).toEqual([
    'GET /_twin/health',
    'GET /_twin/inbox',
    'GET /_twin/tickets',
    'GET /_twin/executions',
    'GET /_twin/events',
    'GET /_twin/permissions',
    'GET, PUT /_twin/identities',
    'POST /_twin/operator-tokens',
    'GET, POST, PUT, DELETE /_twin/faults',
    'GET, PUT, DELETE /_twin/quotas',
    'GET, PUT, DELETE /_twin/clock',
    'urls',
  ]);
});

test('what Okta and ServiceNow know Sallyport by is there, and can be changed as their administrators would', async () => {
  const { body } = await call('GET', '/_twin/identities');
  const jwk = (kid: string, members: object) => ({
    kty: 'RSA',
    n: expect.any(String) as string,
    e: 'AQAB',
    kid,
    alg: 'RS256',
    use: 'sig',
    ...members,
  });
  const d = Object.fromEntries(
    ['d', 'p', 'q', 'dp', 'dq', 'qi'].map((member) => [member, expect.any(String) as string]),
  );
  expect(body).toEqual({
    oktaPrivateKey: jwk('twin-manager', d),
    oktaPublicKey: jwk('twin-manager', {}),
    oktaReaderKey: jwk('twin-reader', d),
    oktaReaderPublicKey: jwk('twin-reader', {}),
    oktaLoginKey: jwk('twin-login', d),
    oktaLoginPublicKey: jwk('twin-login', {}),
    servicenowClientId: 'sallyport',
    servicenowClientSecret: expect.stringMatching(/^[\w-]{43}$/) as string,
    oktaEventSecret: expect.stringMatching(/^[\w-]{43}$/) as string,
  });

  const { publicKey, privateKey } = rsaKeys('first');
  const oktaReaderKey = { ...(await exportJWK(privateKey)), kid: 'next' };
  const changed = {
    ...(Object(body) as object),
    oktaReaderKey,
    oktaReaderPublicKey: { ...(await exportJWK(publicKey)), kid: 'next', alg: 'RS256', use: 'sig' },
    servicenowClientSecret: 'other',
  };
  expect(await call('PUT', '/_twin/identities', { oktaReaderKey, servicenowClientSecret: 'other' })).toEqual(
    ok(changed),
  );
  expect(await call('GET', '/_twin/identities')).toEqual(ok(changed));
  expect((await openIdentities(store)).now()).toEqual(changed);
  for (const wrong of [
    { oktaPublicKey: {} },
    { oktaPrivateKey: await exportJWK(publicKey) },
    { servicenowClientSecret: '' },
  ]) {
    expect(await call('PUT', '/_twin/identities', wrong)).toEqual({
      status: 422,
      type: 'application/problem+json',
      body: {
        type: 'about:blank',
        title: 'The body has faults',
        status: 422,
        code: 'invalid',
        errors: [expect.any(Object) as object],
      },
    });
  }
});

test("an operator's token is for the asking, for a role that there is", async () => {
  expect(await call('POST', '/_twin/operator-tokens', { role: 'operator', name: 'ada' })).toEqual(
    ok({ access_token: 'operator ada verified', token_type: 'Bearer', expires_in: 900 }),
  );
  expect(await call('POST', '/_twin/operator-tokens', { role: 'viewer' })).toEqual(
    ok({ access_token: 'viewer viewer verified', token_type: 'Bearer', expires_in: 900 }),
  );
  const unverified = { role: 'viewer', name: 'ada@acme.example', emailVerified: false };
  expect(await call('POST', '/_twin/operator-tokens', unverified)).toMatchObject({
    status: 200,
    body: { access_token: 'viewer ada@acme.example unverified' },
  });
  expect(await call('POST', '/_twin/operator-tokens', { role: 'viewer', name: 'Ada L' })).toMatchObject({
    status: 422,
    body: { errors: [{ path: 'name' }] },
  });
  expect(await call('POST', '/_twin/operator-tokens', { role: 'king' })).toEqual({
    status: 422,
    body: {
      errors: [
        { path: 'role', detail: 'one of viewer, operator, approver', code: 'invalid_value', value: 'king' },
      ],
      type: 'about:blank',
      title: 'The body has faults',
      status: 422,
      code: 'invalid',
    },
    type: 'application/problem+json',
  });
});

test('a page that is not there is a 404', async () => {
  expect(await call('GET', '/_twin/nothing')).toEqual({
    status: 404,
    type: 'application/problem+json',
    body: {
      type: 'about:blank',
      title: 'No such page of the twin; GET /_twin/ lists them',
      status: 404,
      code: 'not_found',
    },
  });
});

describe('faults', () => {
  const fault = { service: 'okta', operation: 'CreateUser', mode: 'throttle' };

  test('are set, added to, listed, replaced and cleared', async () => {
    expect(await call('GET', '/_twin/faults')).toEqual(ok({ operations, pending: [] }));
    const set = ok({
      operations,
      pending: [
        { ...fault, times: 1 },
        { ...fault, mode: 'crash', times: 2 },
      ],
    });
    expect(await call('PUT', '/_twin/faults', [fault, { ...fault, mode: 'crash', times: 2 }])).toEqual(set);
    expect(await call('GET', '/_twin/faults')).toEqual(set);
    expect(await call('POST', '/_twin/faults', [{ ...fault, mode: 'hang' }])).toEqual(
      ok({
        operations,
        pending: [
          { ...fault, times: 1 },
          { ...fault, mode: 'crash', times: 2 },
          { ...fault, mode: 'hang', times: 1 },
        ],
      }),
    );
    expect(await call('PUT', '/_twin/faults', [fault])).toEqual(
      ok({ operations, pending: [{ ...fault, times: 1 }] }),
    );
    expect(faults.take('okta', 'CreateUser')).toBe('throttle');
    expect(await call('DELETE', '/_twin/faults')).toEqual(ok({ operations, pending: [] }));
  });

  test('of an unknown operation are refused, all of them', async () => {
    expect(await call('PUT', '/_twin/faults', [fault, { ...fault, operation: 'MakeUser' }])).toEqual({
      status: 422,
      type: 'application/problem+json',
      body: {
        type: 'about:blank',
        title: 'no such operation: okta MakeUser',
        status: 422,
        code: 'unknown_operation',
        allowed: operations,
      },
    });
    expect(faults.pending()).toEqual([]);
  });

  test('that are malformed are refused with every fault named', async () => {
    const answer = await call('PUT', '/_twin/faults', [
      { ...fault, mode: 'explode', times: 0 },
      { service: 'okta', mode: 'hang', extra: 1 },
    ]);
    expect(answer).toEqual({
      status: 422,
      type: 'application/problem+json',
      body: {
        code: 'invalid',
        errors: [
          { path: '0.mode', code: 'invalid_value', detail: expectedModes, value: 'explode' },
          { path: '0.times', code: 'too_small', detail: 'Too small: expected number to be >=1', value: 0 },
          {
            path: '1.operation',
            code: 'invalid_type',
            detail: 'Invalid input: expected string, received undefined',
          },
          { path: '1', code: 'unrecognized_keys', detail: 'Unrecognized key: "extra"' },
        ],
        type: 'about:blank',
        title: 'The body has faults',
        status: 422,
      },
    });
    expect(faults.pending()).toEqual([]);
  });
  const expectedModes: unknown = expect.stringContaining(
    '"fail-before"|"fail-after"|"hang"|"throttle"|"reject"|"garbage"|"crash"',
  );
});

describe('the clock', () => {
  const reading = (offsetSeconds: number, now: unknown) => ok({ offsetSeconds, now, timeScale: 20 });

  test('is moved for the whole process, and put right again', async () => {
    const anInstant: unknown = expect.stringMatching(/^\d{4}-.*Z$/);
    expect(await call('GET', '/_twin/clock')).toEqual(reading(0, anInstant));
    expect(await call('PUT', '/_twin/clock', { offsetSeconds: 86_400 })).toEqual(reading(86_400, anInstant));
    expect(clock.now().getTime()).toBeGreaterThan(Date.now() + 86_000_000);
    expect(await call('DELETE', '/_twin/clock')).toEqual(reading(0, anInstant));
    expect(clock.offsetSeconds()).toBe(0);
  });

  test.each([
    [{ offsetSeconds: 'tomorrow' }, 422, 'invalid'],
    [{}, 422, 'invalid'],
    [{ offsetSeconds: 1e300 }, 422, 'invalid'],
    ['not json', 400, 'not_json'],
  ])('refuses %j', async (body, status, code) => {
    expect(await call('PUT', '/_twin/clock', body)).toEqual({
      status,
      type: 'application/problem+json',
      body: {
        type: 'about:blank',
        status,
        code,
        title: status === 400 ? 'The body must be JSON' : 'The body has faults',
        ...(status === 422 && { errors: [expect.any(Object)] }),
      },
    });
    expect(clock.offsetSeconds()).toBe(0);
  });
});

describe('X-14 quotas', () => {
  const answers = {
    unavailable: () => new Response(),
    throttled: () => new Response(null, { status: 429 }),
    rejected: () => new Response(),
  };
  const called = async (service: string, operation: string): Promise<number> =>
    (await faults.around(service, operation, answers, () => new Response())).status;

  test('are put in force, tell calls and refusals, and are lifted', async () => {
    expect(await call('GET', '/_twin/quotas')).toEqual(ok({}));
    expect(await call('PUT', '/_twin/quotas', { 'ses SendEmail': 2 })).toEqual(
      ok({ 'ses SendEmail': { perSecond: 2, calls: 0, refusals: 0 } }),
    );
    expect([
      await called('ses', 'SendEmail'),
      await called('ses', 'SendEmail'),
      await called('okta', 'CreateUser'),
    ]).toEqual([200, 200, 200]);
    expect(await call('GET', '/_twin/quotas')).toEqual(
      ok({
        'okta CreateUser': { calls: 1, refusals: 0 },
        'ses SendEmail': { perSecond: 2, calls: 2, refusals: 0 },
      }),
    );
    expect(await call('DELETE', '/_twin/quotas')).toEqual(ok({}));
  });

  test.each([
    {
      quotas: { 'okta DeleteOrg': 5 },
      problem: { code: 'unknown_operation', title: 'no such operation: okta DeleteOrg', allowed: operations },
    },
    {
      quotas: { 'ses SendEmail': 0 },
      problem: {
        code: 'invalid',
        title: 'The body has faults',
        errors: [
          {
            path: 'ses SendEmail',
            code: 'too_small',
            detail: 'A number of calls per second, above 0 and up to 1000000.',
            value: 0,
          },
        ],
      },
    },
    {
      quotas: { 'ses SendEmail + okta CreateUser': 5, 'ses SendEmail': 3 },
      problem: {
        code: 'repeated_operation',
        title: 'an operation has one quota, and these have several: ses SendEmail',
      },
    },
    {
      quotas: 5,
      problem: {
        code: 'invalid',
        title: 'The body has faults',
        errors: [
          {
            path: '',
            code: 'invalid_type',
            detail: 'An object: {"apigateway CreateApiKey":5}.',
            value: 5,
          },
        ],
      },
    },
  ])('$quotas are refused, and nothing changes', async ({ quotas: wanted, problem }) => {
    await call('PUT', '/_twin/quotas', { 'ses SendEmail': 2 });
    expect(await call('PUT', '/_twin/quotas', wanted)).toEqual({
      status: 422,
      type: 'application/problem+json',
      body: { type: 'about:blank', status: 422, ...problem },
    });
    expect(await call('GET', '/_twin/quotas')).toEqual(
      ok({ 'ses SendEmail': { perSecond: 2, calls: 0, refusals: 0 } }),
    );
  });
});
