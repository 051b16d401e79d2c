import { decodeJwt } from 'jose';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createClients, createContracts, createPartners } from '../../adapters/aws/contract-records.ts';
import { createIssuers, createUsedJtis } from '../../adapters/aws/issuer-records.ts';
import type { Table } from '../../adapters/aws/table.ts';
import type { Managed } from '../../core/lifecycle/lifecycle.ts';
import { type Contract, grantTypes } from '../../core/contracts/records.ts';
import type { ManagedRecords } from '../../core/lifecycle/managed-records.ts';
import { type PickedUpCredentials, pickUp, requestToken } from '../../clients/partner.ts';
import { casesOf, thirdPartyCase } from '../support/cases.ts';
import { startTestTwin, type TestTwin } from '../support/twin.ts';
import { onboard } from './onboarded.ts';
import { tableItems } from './records.ts';
import { invalid, operatorOf } from './operator.ts';
import { requestFor } from './requests.ts';
import { openRecords, type Records } from './third-party.ts';
import { tableAt } from '../support/table.ts';

const read = 'GET /apis/credit-reports/reports';
/**
 * Source addresses that every client may use. API Gateway caches its answers per address, so a new address
 * makes it call the authorizer.
 */
const addresses = Array.from({ length: 200 }, (_, index) => `198.51.100.${index + 1}`);
const { 3: exchange } = grantTypes;

interface Partner {
  readonly credentials: PickedUpCredentials;
  readonly accessToken: string;
  readonly client: NonNullable<Awaited<ReturnType<ReturnType<typeof createClients>['find']>>>;
}
interface Answer {
  readonly status: number;
  readonly requestId: string;
  /** The request that the backend reports, or the problem. */
  readonly body: Readonly<Record<string, unknown>> & { readonly headers?: Readonly<Record<string, string>> };
}

let twin: TestTwin;
let table: Table;
let records: Records;
let offsetSeconds = 0;
beforeAll(async () => {
  // On a shared twin, the second flush of another file's change would empty API Gateway's cache.
  twin = await startTestTwin();
  table = tableAt(twin.urls.aws);
  records = openRecords(twin.urls);
});
afterEach(async () => {
  await fetch(`${twin.urls.gateway}/_twin/clock`, { method: 'DELETE' });
  offsetSeconds = 0;
});
afterAll(async () => {
  await twin.stop();
});

async function becomePartner(
  number: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<Partner> {
  const { link, code } = await onboard(twin.urls, requestFor(number, variables));
  const credentials = await pickUp(link, code);
  const client = await createClients(table).find(credentials.client_id);
  if (client === undefined) throw new Error(`${number} has no client`);
  return { credentials, client, accessToken: (await requestToken(credentials)).accessToken };
}
const later = async (seconds: number): Promise<void> => {
  offsetSeconds += seconds;
  await fetch(`${twin.urls.gateway}/_twin/clock`, { method: 'PUT', body: JSON.stringify({ offsetSeconds }) });
};
async function call(
  token: string,
  { route = read, from = addresses.pop() ?? '' }: { readonly route?: string; readonly from?: string } = {},
): Promise<Answer> {
  const [method = '', path = ''] = route.split(' ');
  const response = await fetch(`${twin.urls.gateway}${path}`, {
    method,
    headers: { 'x-twin-source-ip': from, authorization: `Bearer ${token}` },
  });
  return {
    status: response.status,
    requestId: response.headers.get('x-amzn-requestid') ?? '',
    body: (await response.json()) as Answer['body'],
  };
}
const told = async (token: string, options?: Parameters<typeof call>[1]): Promise<string> => {
  const { status, body } = await call(token, options);
  return status === 200 ? 'allowed' : `${status} ${String(body['code'])}`;
};
/** Changes a record as an operator does. */
async function change<Item extends Managed>(
  of: Pick<ManagedRecords<Item>, 'find' | 'replace'>,
  id: string,
  to: Partial<Item>,
): Promise<void> {
  const record = await of.find(id);
  if (record === undefined || !(await of.replace({ ...record, ...to, version: record.version + 1 }))) {
    throw new Error(`${id} could not be changed`);
  }
}
const changeContract = ({ client }: Partner, to: Partial<Contract>): Promise<void> =>
  change(createContracts(table), client.contractId, to);
const post = async (
  path: string,
  { credentials: { client_id: id, client_secret: secret } }: Partner,
  parameters: Record<string, string>,
): Promise<Readonly<Record<string, unknown>>> => {
  const response = await fetch(`${twin.urls.gateway}${path}`, {
    method: 'POST',
    body: new URLSearchParams(parameters),
    headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
  });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text === '' ? {} : (JSON.parse(text) as Readonly<Record<string, unknown>>);
};
const exchanged = async (partner: Partner, parameters: Record<string, string> = {}): Promise<string> =>
  String(
    (
      await post('/oauth2/token', partner, {
        grant_type: exchange,
        subject_token: partner.accessToken,
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        ...parameters,
      })
    )['access_token'],
  );
/** Returns the calls that the gateway has counted for a client's key. AWS has no API for this. */
async function used({ client }: Partner): Promise<readonly number[]> {
  const step = (await tableItems(twin.urls)).find(
    ({ sk, fact_clientId: clientId }) => sk === 'STEP#gateway-mapping' && clientId === client.clientId,
  );
  const memory = new DatabaseSync(join(twin.dataFolder, 'twin.sqlite'), { timeout: 1000 });
  try {
    const counts = memory
      .prepare('SELECT json FROM documents WHERE collection = ? AND id LIKE ?')
      .all('gateway-usage', `% ${String(step?.['fact_keyId'])} %`);
    return counts.map(({ json }) => Number(json));
  } finally {
    memory.close();
  }
}
/** Returns the authorizer's log line about a call. */
const logged = (requestId: string): Promise<Readonly<Record<string, unknown>>> =>
  vi.waitFor(() => {
    const line = twin
      .log()
      .split('\n')
      .find((each) => each.includes(`"requestId":"${requestId}"`) && each.includes('"rule"'));
    if (line === undefined) throw new Error(`the log has no decision of ${requestId}`);
    return JSON.parse(line.slice(line.indexOf('{'))) as Readonly<Record<string, unknown>>;
  });

/** Returns what the operator API tells of an evaluation id. */
async function explained(
  query: Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, unknown>>> {
  const victor = await operatorOf(twin.urls.gateway, 'viewer', 'victor');
  const { status, body } = await victor('POST /operator/explain', { body: query });
  if (status !== 200) throw new Error(JSON.stringify(body));
  return body as Readonly<Record<string, unknown>>;
}

/** The log line about a token that one of the rules refuses. */
const refusedBy = (rule: string) => ({
  level: 'INFO',
  message: 'A token is refused by the named rule.',
  timestamp: expect.any(String) as string,
  service: 'authorizer',
  sampling_rate: 0,
  code: 'token_refused',
  rule,
  invocationId: expect.any(String) as string,
  requestId: expect.any(String) as string,
});
/** The log line about a call with a valid token. */
const decidedBy = (
  rule: string,
  { client: { clientId, partnerId, contractId } }: Partner,
  denied?: { readonly denyCode: unknown; readonly fault?: string },
) => ({
  ...refusedBy(rule),
  message:
    denied === undefined ? 'A call is allowed.' : 'A call with a valid token is denied by the named rule.',
  code: denied === undefined ? 'call_allowed' : 'call_denied',
  clientId,
  partnerId,
  contractId,
  ...denied,
});

describe('X-8 a call is stopped within ten seconds of what API Gateway remembers', () => {
  type Stop = (partner: Partner, status: 'suspended' | 'active') => Promise<void>;
  // Threat T-59
  test.each<[what: string, code: string, stop: Stop, number: string]>([
    [
      'client',
      'client_inactive',
      async ({ client }, status) => change(createClients(table), client.clientId, { status }),
      'RITM0070001',
    ],
    [
      'contract',
      'contract_inactive',
      async (partner, status) => changeContract(partner, { status }),
      'RITM0070002',
    ],
    [
      'partner',
      'partner_inactive',
      async ({ client }, status) => change(createPartners(table), client.partnerId, { status }),
      'RITM0070003',
    ],
  ])('once its %s is suspended: %s', async (what, code, stop, number) => {
    const partner = await becomePartner(number);
    const known = addresses.pop() ?? '';
    expect(await told(partner.accessToken, { from: known })).toBe('allowed');
    await stop(partner, 'suspended');
    await later(10);
    const { requestId, ...denied } = await call(partner.accessToken);
    expect(denied).toEqual({
      status: 403,
      body: {
        type: 'about:blank',
        title: 'Forbidden',
        status: 403,
        code,
        route: 'GET /apis/credit-reports/reports',
        address: expect.any(String) as string,
        scopes: '',
        help: `${twin.urls.gateway}/docs/credit-reports#${code}`,
        evaluationId: expect.any(String) as string,
      },
    });
    expect(await told(partner.accessToken, { from: known })).toBe('allowed');
    await later(291);
    expect(await told(partner.accessToken, { from: known })).toBe(`403 ${code}`);
    const line = await logged(requestId);
    expect(line).toEqual(decidedBy(what, partner, { denyCode: code, fault: `${what}_suspended` }));
    expect(await explained({ evaluationId: denied.body['evaluationId'] })).toMatchObject({
      evaluation: {
        invocationId: line['invocationId'],
        decision: 'deny',
        rule: what,
        denyCode: code,
        fault: `${what}_suspended`,
      },
      changed: [],
      now: { decision: 'deny', rule: what, denyCode: code },
    });

    await stop(partner, 'active');
    await later(10);
    expect(await told(partner.accessToken)).toBe('allowed');
  });

  // Threat T-61
  test('once its token is revoked, and no other', async () => {
    const partner = await becomePartner('RITM0070004');
    const { accessToken: other } = await requestToken(partner.credentials);
    expect([await told(partner.accessToken), await told(other)]).toEqual(['allowed', 'allowed']);
    await post('/oauth2/revoke', partner, { token: partner.accessToken });
    await later(10);
    const { status, body, requestId } = await call(partner.accessToken);
    expect([status, body]).toEqual([
      401,
      { type: 'about:blank', title: 'Unauthorized', status: 401, code: 'unauthorized' },
    ]);
    expect(await logged(requestId)).toEqual(refusedBy('revoked'));
    expect(await told(other)).toBe('allowed');
  });
});

describe('X-9 a denial is explained by its evaluation id alone', () => {
  const from = '192.0.2.77';

  test('with what was judged, what has changed since, and what would be decided now', async () => {
    const partner = await becomePartner('RITM0070050');
    const { clientId, contractId, partnerId } = partner.client;
    const { body: denied } = await call(partner.accessToken, { from });
    const id = String(denied['evaluationId']);
    expect(denied['code']).toBe('address_not_allowed');
    expect(id).not.toMatch(new RegExp([clientId, contractId, partnerId].join('|'), 'u'));
    const before = await explained({ evaluationId: id });
    expect(before).toEqual({
      evaluation: {
        at: expect.any(String) as string,
        reusedUntil: expect.any(String) as string,
        invocationId: expect.any(String) as string,
        decision: 'deny',
        rule: 'address',
        denyCode: 'address_not_allowed',
        why: "The address is none of the client's.",
        clientId,
        contractId,
        partnerId,
        earlierClientIds: [],
        grant: 'client_credentials',
        scopes: ['credit-reports/read'],
        tokenExpiresAt: expect.any(String) as string,
        sourceIp: from,
        route: { method: 'GET', path: '/apis/credit-reports/reports' },
        catalogueVersion: expect.stringMatching(/^[\w-]{12}$/u) as string,
      },
      changed: [],
      now: expect.objectContaining({ decision: 'deny', rule: 'address' }) as unknown,
    });

    await changeContract(partner, { owner: 'somebody@company.example' });
    await change(createClients(table), clientId, { ipRanges: [`${from}/32`] });
    const { version } = (await createContracts(table).find(contractId)) ?? { version: 0 };
    expect(await explained({ evaluationId: id })).toMatchObject({
      evaluation: before['evaluation'],
      changed: [
        { kind: 'client', id: clientId, was: 1, is: 2, status: 'active' },
        { kind: 'contract', id: contractId, was: version - 1, is: version, status: 'active' },
      ],
      now: { decision: 'allow', rule: 'all' },
    });

    await post('/oauth2/revoke', partner, { token: partner.accessToken });
    expect(await explained({ evaluationId: id })).toMatchObject({
      now: { decision: 'unauthorized', rule: 'revoked' },
    });
  });

  test('also where the evaluation was made for an earlier call, if the route is given', async () => {
    const partner = await becomePartner('RITM0070051');
    const known = addresses.pop() ?? '';
    const { requestId } = await call(partner.accessToken, { from: known });
    const { body: denied } = await call(partner.accessToken, {
      route: 'POST /apis/credit-reports/reports',
      from: known,
    });
    const { evaluationId, route } = denied;
    const { evaluation, now } = await explained({ evaluationId });
    expect([evaluation, now]).toMatchObject([
      {
        invocationId: (await logged(requestId))['invocationId'],
        decision: 'allow',
        rule: 'all',
        route: { method: 'GET' },
      },
      { decision: 'allow' },
    ]);
    expect(await explained({ evaluationId, route })).toMatchObject({
      evaluation,
      now: { decision: 'deny', rule: 'scope', denyCode: 'insufficient_scope' },
    });
  });

  // Threat T-109
  test('and every other text is refused by a code', async () => {
    const partner = await becomePartner('RITM0070052');
    const { body: denied } = await call(partner.accessToken, { from });
    const id = String(denied['evaluationId']);
    const kid = Buffer.from('{"alg":"dir","enc":"A256GCM","kid":"prod.2026-11"}').toString('base64url');
    const ada = await operatorOf(twin.urls.gateway, 'viewer', 'ada');
    for (const [text, code] of [
      [id.slice(0, -7), 'malformed'],
      [id.replace(/\.\.../u, '..AA'), 'not_opened'],
      [id.replace(/^[^.]+/u, kid), 'other_stage'],
      [randomUUID(), 'not_sealed'],
    ]) {
      const { status, body } = await ada('POST /operator/explain', { body: { evaluationId: text } });
      expect([status, body]).toMatchObject([422, { errors: [{ path: '/evaluationId', code }] }]);
    }
    expect(
      await ada('POST /operator/explain', { body: { evaluationId: id, route: '/', at: 'now' } }),
    ).toEqual(
      invalid(
        {
          path: '/route',
          code: 'wrong_format',
          allowed: 'A method and a path: GET /apis/credit-reports/reports/{id}.',
        },
        { path: '/at', code: 'unknown_member', allowed: 'There is no member of this name.' },
      ),
    );
    await later(29 * 24 * 3600);
    const grace = await operatorOf(twin.urls.gateway, 'viewer', 'grace');
    expect((await grace('POST /operator/explain', { body: { evaluationId: id } })).body).toMatchObject({
      errors: [{ path: '/evaluationId', code: 'expired' }],
    });
  });

  // Threat T-110
  test('and is made also while KMS fails: its id leads to the log', async () => {
    const lonely = await startTestTwin();
    try {
      const { link, code } = await onboard(lonely.urls, requestFor('RITM0070053'));
      const { accessToken } = await requestToken(await pickUp(link, code));
      await fetch(`${lonely.urls.gateway}/_twin/faults`, {
        method: 'PUT',
        body: JSON.stringify([{ service: 'kms', operation: 'GenerateMac', mode: 'fail-before', times: 10 }]),
      });
      const denied = await fetch(`${lonely.urls.gateway}/apis/credit-reports/reports`, {
        headers: { 'x-twin-source-ip': from, authorization: `Bearer ${accessToken}` },
      });
      expect([denied.status, await denied.json()]).toMatchObject([
        403,
        { code: 'address_not_allowed', evaluationId: expect.stringMatching(/^[\da-f-]{36}$/u) as string },
      ]);
    } finally {
      await lonely.stop();
    }
  });
});

describe('OAU-1 a contract', () => {
  // Threat T-60
  test('that is over ends its calls, whatever the token says', async () => {
    const partner = await becomePartner('RITM0070010');
    await changeContract(partner, { endsAt: new Date(Date.now() + 60_000).toISOString() });
    await later(10);
    const known = addresses.pop() ?? '';
    expect(await told(partner.accessToken, { from: known })).toBe('allowed');
    await later(51);
    // API Gateway still has the answer of 51 seconds ago, which ended with the contract.
    expect(await told(partner.accessToken, { from: known })).toBe('403 insufficient_scope');
    const { requestId, body } = await call(partner.accessToken);
    expect(body['code']).toBe('contract_inactive');
    expect(await logged(requestId)).toEqual(
      decidedBy('contract', partner, { denyCode: 'contract_inactive', fault: 'contract_over' }),
    );
  });

  test('that has lost a scope takes it from every client and token', async () => {
    const partner = await becomePartner('RITM0070011');
    expect(await told(partner.accessToken)).toBe('allowed');
    await changeContract(partner, { products: { 'credit-reports': ['credit-reports/write'] } });
    await later(10);
    const { requestId, body } = await call(partner.accessToken);
    expect(body['code']).toBe('insufficient_scope');
    expect(await logged(requestId)).toEqual(decidedBy('scope', partner, { denyCode: 'insufficient_scope' }));
  });

  test("that has addresses narrows its clients'", async () => {
    const partner = await becomePartner('RITM0070012');
    await changeContract(partner, { ipRanges: ['203.0.113.0/24'] });
    await later(10);
    expect(await told(partner.accessToken)).toBe('403 address_not_allowed');
    expect(await told(partner.accessToken, { from: '203.0.113.10' })).toBe('allowed');
  });

  test('that is not in force costs no quota', async () => {
    const partner = await becomePartner('RITM0070013');
    expect(await told(partner.accessToken)).toBe('allowed');
    await changeContract(partner, { status: 'suspended' });
    await later(10);
    for (let calls = 0; calls < 5; calls += 1) {
      expect(await told(partner.accessToken)).toBe('403 contract_inactive');
    }
    await changeContract(partner, { status: 'active' });
    await later(10);
    expect(await told(partner.accessToken)).toBe('allowed');
    expect(await used(partner)).toEqual([2]);
  });
});

describe('OAU-4 a token of our own', () => {
  let partner: Partner;
  beforeAll(async () => {
    partner = await becomePartner('RITM0070020');
    await changeContract(partner, { grants: [...grantTypes] });
  });

  test('opens what its client has, and says whose call it is', async () => {
    await later(11);
    const { status, body } = await call(await exchanged(partner));
    expect([
      status,
      body.headers?.['x-sallyport-client-id'],
      body.headers?.['x-sallyport-contract-id'],
      body.headers?.['x-sallyport-user-id'],
    ]).toEqual([200, partner.client.clientId, partner.client.contractId, '-']);
  });

  test('names its user to the backend', async () => {
    await later(11);
    const portal = await records.register(partner.client.clientId, 'user.ritm0070020', {
      uses: ['assertion'],
    });
    const { access_token: token } = await post('/oauth2/token', partner, {
      grant_type: grantTypes[2],
      assertion: await portal.sign(),
    });
    const { status, body } = await call(String(token));
    expect([status, body.headers?.['x-sallyport-user-id']]).toEqual([200, 'user.ritm0070020']);
    // The token is for the token endpoint, not for calls.
    const { requestId, status: refused } = await call(await portal.sign());
    expect(refused).toBe(401);
    expect(await logged(requestId)).toEqual(refusedBy('use'));
  });

  // Threat T-57
  test('for one product opens no other', async () => {
    await later(11);
    const { gateway } = twin.urls;
    const token = await exchanged(partner, { audience: `${gateway}/apis/credit-reports` });
    expect(await told(token)).toBe('allowed');
    const { requestId, body } = await call(token, { route: 'GET /apis/fraud-signals/signals' });
    expect(body['code']).toBe('insufficient_scope');
    expect(await logged(requestId)).toEqual(decidedBy('route', partner, { denyCode: 'insufficient_scope' }));
  });

  test("is revoked as Cognito's are", async () => {
    await later(11);
    const token = await exchanged(partner);
    expect(await told(token)).toBe('allowed');
    await post('/oauth2/revoke', partner, { token });
    await later(10);
    expect(await told(token)).toBe('401 unauthorized');
  });
});

describe("JWT-4 a third party's own token on a call", () => {
  const settings = { uses: ['bearer'], longestLife: 900 } as const;
  const lasting = () => ({ exp: Math.floor(Date.now() / 1000) + 600 });

  // Threat T-84
  test("is its user's, by the client that the issuer acts as", async () => {
    const partner = await becomePartner('RITM0070030');
    const portal = await records.register(partner.client.clientId, 'user.ritm0070030', settings);
    const { status, body, requestId } = await call(await portal.sign());
    expect([
      status,
      body.headers?.['x-sallyport-client-id'],
      body.headers?.['x-sallyport-user-id'],
      body.headers?.['x-sallyport-partner-id'],
    ]).toEqual([200, partner.client.clientId, 'user.ritm0070030', partner.client.partnerId]);
    expect(await logged(requestId)).toEqual(decidedBy('all', partner));
    for (const name of ['scope', 'scp']) {
      for (const scopes of ['credit-reports/read other', ['credit-reports/read', 'other'], null]) {
        expect(await told(await portal.sign({ [name]: scopes })), `${name} ${String(scopes)}`).toBe(
          'allowed',
        );
      }
      for (const scopes of ['other', ['other'], []]) {
        expect(await told(await portal.sign({ [name]: scopes })), `${name} ${String(scopes)}`).toBe(
          '403 insufficient_scope',
        );
      }
    }
    expect(await told(await portal.sign(), { from: '192.0.2.1' })).toBe('403 address_not_allowed');
    expect(await used(partner)).toEqual([7]);
  });

  // Threat T-51
  test.each<[what: string, rule: string, claims: Readonly<Record<string, unknown>>]>([
    ['of nobody', 'principal', { sub: undefined }],
    ['of a stranger', 'user', { sub: 'somebody' }],
    ['of a user in a group', 'principal', { sub: 'user.ritm0070031 in 00g1' }],
    ['meant for somebody else', 'audience', { aud: 'urn:other' }],
    ['that is over', 'expiry', { iat: 1, exp: 2 }],
    ['that lives too long', 'lifetime', { exp: Math.floor(Date.now() / 1000) + 9000 }],
    ['whose scope is a number', 'claims', { scope: 7 }],
    ['that is bound to a key', 'claims', { cnf: { jkt: 'thumbprint' } }],
    ['of an issuer that nobody has registered', 'issuer', { iss: 'https://nobody.example' }],
  ])('%s is refused by the rule %s', async (_what, rule, claims) => {
    const portal = await (shared ??= sharedPortal());
    const { status, requestId } = await call(await portal.sign(claims));
    expect(status).toBe(401);
    expect(await logged(requestId)).toEqual(refusedBy(rule));
  });
  let shared: ReturnType<Records['register']> | undefined;
  const sharedPortal = async () =>
    records.register((await becomePartner('RITM0070031')).client.clientId, 'user.ritm0070031', settings);

  // Threat T-59
  test("is refused within ten seconds of its issuer's suspension", async () => {
    const partner = await becomePartner('RITM0070032');
    const portal = await records.register(partner.client.clientId, 'user.ritm0070032', settings);
    const token = await portal.sign(lasting());
    await later(5);
    expect(await told(token)).toBe('allowed');
    await change(createIssuers(table), portal.issuer.issuer, { status: 'suspended' });
    await later(5);
    expect(await told(token)).toBe('allowed');
    await later(5);
    expect(await told(token)).toBe('401 unauthorized');
  });

  test('is described to its client and refused at every door once its client has revoked it', async () => {
    const partner = await becomePartner('RITM0070034');
    await changeContract(partner, { grants: [...grantTypes] });
    const stranger = await becomePartner('RITM0070035');
    await later(11);
    const portal = await records.register(partner.client.clientId, 'user.ritm0070034', {
      ...settings,
      uses: ['bearer', 'assertion', 'session'],
    });
    const now = Math.floor(Date.now() / 1000) + offsetSeconds;
    const sign = (claims = {}) => portal.sign({ iat: now, exp: now + 600, ...claims });
    const introspected = (token: string, by = partner) => post('/oauth2/introspect', by, { token });
    const token = await sign({ scope: 'credit-reports/read other', may_act: { sub: 'portal' } });
    const active = {
      active: true,
      iss: portal.issuer.issuer,
      sub: 'user.ritm0070034',
      client_id: partner.client.clientId,
      token_type: 'Bearer',
      scope: 'credit-reports/read',
      iat: now,
      exp: now + 600,
      aud: portal.issuer.audiences,
      may_act: { sub: 'portal' },
    };
    expect(await introspected(token)).toEqual(active);
    expect(await introspected(token, stranger)).toEqual({ active: false });
    await post('/oauth2/revoke', stranger, { token });
    expect([await told(token), await introspected(token)]).toEqual(['allowed', active]);
    await post('/oauth2/revoke', partner, { token });
    expect(await introspected(token)).toEqual({ active: false });
    await later(10);
    const { status, requestId } = await call(token);
    expect(status).toBe(401);
    expect(await logged(requestId)).toEqual(refusedBy('revoked'));

    // The same login, sent to each door, once good and once revoked.
    const doors = {
      assertion: async (login: string) =>
        post('/oauth2/token', partner, { grant_type: grantTypes[2], assertion: login }).then(
          () => 'allowed',
          () => 'refused',
        ),
      exchange: async (login: string) =>
        post('/oauth2/token', partner, {
          grant_type: exchange,
          subject_token: login,
          subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
        }).then(
          () => 'allowed',
          () => 'refused',
        ),
      session: async (login: string) => {
        const response = await fetch(`${twin.urls.gateway}/session?access_token=${login}`, {
          redirect: 'manual',
        });
        return /=ey/u.test(response.headers.get('set-cookie') ?? '') ? 'allowed' : 'refused';
      },
    };
    const forLogin = { aud: [...portal.issuer.audiences, `${twin.urls.gateway}/session`] };
    for (const [name, door] of Object.entries(doors)) {
      const claims = name === 'session' ? forLogin : {};
      expect([name, await door(await sign(claims))]).toEqual([name, 'allowed']);
      const revoked = await sign(claims);
      await post('/oauth2/revoke', partner, { token: revoked });
      expect([name, await door(revoked)]).toEqual([name, 'refused']);
    }
  });

  test('that is revoked while its issuer is suspended stays so', async () => {
    const partner = await becomePartner('RITM0070036');
    const portal = await records.register(partner.client.clientId, 'user.ritm0070036', settings);
    const token = await portal.sign(lasting());
    await change(createIssuers(table), portal.issuer.issuer, { status: 'suspended' });
    await post('/oauth2/revoke', partner, { token });
    await change(createIssuers(table), portal.issuer.issuer, { status: 'active' });
    expect(await told(token)).toBe('401 unauthorized');
    expect(await told(await portal.sign(lasting()))).toBe('allowed');
  });

  // Threat T-91
  test('is refused within ten seconds once it was used up as a login or an assertion', async () => {
    const partner = await becomePartner('RITM0070044');
    const portal = await records.register(partner.client.clientId, 'user.ritm0070044', settings);
    const { exp } = lasting();
    const token = await portal.sign({ exp, jti: 'once' });
    const consumed = createUsedJtis(table, { now: () => new Date() });
    expect(await told(token)).toBe('allowed');
    await consumed.consume(portal.issuer.issuer, 'once', new Date(exp * 1000));
    await later(10);
    const { status, requestId } = await call(token);
    expect(status).toBe(401);
    expect(await logged(requestId)).toEqual(refusedBy('revoked'));
    expect(await told(await portal.sign({ exp, jti: 'another' }))).toBe('allowed');
  });

  describe('as in public reports', () => {
    const userId = 'dana.li@partner.example';
    let partner: Partner;
    let checkSample: (iss: string, token: string) => Promise<unknown>;
    beforeAll(async () => {
      partner = await becomePartner('RITM0070037', { user_id: userId });
      await changeContract(partner, { grants: [...grantTypes] });
      await later(11);
      const ada = await operatorOf(twin.urls.gateway, 'operator', 'ada');
      checkSample = async (iss, token) =>
        (
          await ada(`POST /operator/issuers/${Buffer.from(iss).toString('base64url')}/checks`, {
            body: { token },
          })
        ).body;
    });
    const accepted = {
      accepted: true,
      principal: userId,
      kid: 'portal',
      expiresAt: expect.any(String) as string,
    };

    test.each(
      ['principals', 'scope-claim', 'scp-claim'].flatMap((file) =>
        casesOf(file, thirdPartyCase).map((each) => ({ file, ...each })),
      ),
    )('$file: $given.token.claims', async ({ file, given: { issuer, token } }) => {
      const portal = await records.register(partner.client.clientId, userId, { ...settings, ...issuer });
      const signed = await portal.sign(token.claims);
      expect(await checkSample(portal.issuer.issuer, signed)).toEqual(accepted);
      expect(await told(signed)).toBe(file === 'scp-claim' ? '403 insufficient_scope' : 'allowed');
      if (issuer.uses.includes('assertion')) {
        const swapped = await post('/oauth2/token', partner, {
          grant_type: grantTypes[2],
          assertion: await portal.sign(token.claims),
        });
        expect(decodeJwt(String(swapped['access_token']))['sub']).toBe(userId);
      }
    });
  });

  test('opens no product that takes none', async () => {
    const partner = await becomePartner('RITM0070033', { ewacs_product_name: 'fraud-signals' });
    const portal = await records.register(partner.client.clientId, 'user.ritm0070033', settings);
    expect(await told(partner.accessToken, { route: 'GET /apis/fraud-signals/signals' })).toBe('allowed');
    const { requestId, body } = await call(await portal.sign(), { route: 'GET /apis/fraud-signals/signals' });
    expect(body['code']).toBe('insufficient_scope');
    expect(await logged(requestId)).toEqual(
      decidedBy('product', partner, { denyCode: 'insufficient_scope' }),
    );
  });
});

describe('X-9 an operator asks why', () => {
  type Parts = Readonly<Record<string, unknown>>;
  const partOf = (token: string, at: number): unknown =>
    JSON.parse(Buffer.from(token.split('.')[at] ?? '', 'base64url').toString());

  test('and is told the rule that the authorizer has decided by, from the parts of the call', async () => {
    const partner = await becomePartner('RITM0070040');
    const {
      client: { clientId, contractId, partnerId },
      accessToken,
    } = partner;
    const vera = await operatorOf(twin.urls.gateway, 'viewer', 'vera');
    const shown = async (kind: string, id: string): Promise<unknown> =>
      (await vera(`GET /operator/${kind}/${id}`)).body;
    const partsOf = async (sourceIp: string): Promise<Parts> => ({
      environment: 'DEV',
      token: { header: partOf(accessToken, 0), claims: partOf(accessToken, 1), signature: 'verified' },
      client: await shown('clients', clientId),
      contract: await shown('contracts', contractId),
      partner: await shown('partners', partnerId),
      sourceIp,
      method: 'GET',
      path: '/apis/credit-reports/reports',
    });
    const why = async (parts: Parts): Promise<Parts> => {
      const { status, body } = await vera('POST /operator/explain', { body: parts });
      expect(status).toBe(200);
      return body as Parts;
    };
    const lineOf = async (from: string): Promise<Parts> =>
      logged((await call(accessToken, { from })).requestId);

    expect(await why(await partsOf('198.51.100.1'))).toEqual({
      decision: 'allow',
      rule: (await lineOf('198.51.100.1'))['rule'],
      rules: expect.any(Array) as unknown,
    });
    const elsewhere = await why(await partsOf('192.0.2.1'));
    expect([elsewhere['rule'], elsewhere['denyCode']]).toEqual([
      'address',
      (await lineOf('192.0.2.1'))['denyCode'],
    ]);
    await changeContract(partner, { status: 'suspended' });
    await later(10);
    const suspended = await why(await partsOf('198.51.100.2'));
    const { rule, denyCode } = await lineOf('198.51.100.2');
    expect(suspended).toEqual({ decision: 'deny', rule, denyCode, rules: expect.any(Array) as unknown });
    expect(suspended['rules']).toContainEqual({
      rule: 'contract',
      outcome: 'failed',
      why: 'The contract is suspended.',
    });
  });

  test.each(['nothing', '__proto__', 'constructor', 'toString'])(
    'and is told if the catalogue has no product %s',
    async (product) => {
      const vera = await operatorOf(twin.urls.gateway, 'viewer', 'vera');
      const answer = await vera('POST /operator/explain', {
        body: {
          environment: 'DEV',
          client: {
            clientId: 'abc',
            partnerId: 'acme',
            contractId: 'acme.1',
            product,
            scopes: [],
            ipRanges: [],
            status: 'active',
          },
          sourceIp: '198.51.100.1',
          method: 'GET',
          path: '/apis/credit-reports/reports',
        },
      });
      expect(answer).toEqual(
        invalid({
          path: '/client/product',
          code: 'unknown_product',
          allowed: expect.stringMatching(/^A product of the catalogue: .*\bcredit-reports\b/u) as string,
        }),
      );
    },
  );

  test("of a third party's token, with its issuer", async () => {
    const {
      client: { clientId, partnerId, contractId },
    } = await becomePartner('RITM0070041');
    const portal = await records.register(clientId, 'user.ritm0070041', { uses: ['bearer'] });
    const vera = await operatorOf(twin.urls.gateway, 'viewer', 'vera');
    const token = await portal.sign({ scope: 'other' });
    const { requestId } = await call(token);
    const { body } = await vera('POST /operator/explain', {
      body: {
        environment: 'DEV',
        token: { header: partOf(token, 0), claims: partOf(token, 1), signature: 'verified' },
        issuer: (
          await vera(`GET /operator/issuers/${Buffer.from(portal.issuer.issuer).toString('base64url')}`)
        ).body,
        client: (await vera(`GET /operator/clients/${clientId}`)).body,
        contract: (await vera(`GET /operator/contracts/${contractId}`)).body,
        partner: (await vera(`GET /operator/partners/${partnerId}`)).body,
        user: (await vera('GET /operator/users/user.ritm0070041')).body,
        sourceIp: '198.51.100.3',
        method: 'GET',
        path: '/apis/credit-reports/reports',
      },
    });
    expect(body).toEqual({
      decision: 'deny',
      rule: (await logged(requestId))['rule'],
      denyCode: 'insufficient_scope',
      rules: expect.any(Array) as unknown,
    });
    expect((body as Parts)['rule']).toBe('scope');
  });

  test('and is told every fault of what was asked', async () => {
    const vera = await operatorOf(twin.urls.gateway, 'viewer', 'vera');
    expect(
      await vera('POST /operator/explain', {
        body: {
          environment: 'TEST',
          at: 'yesterday',
          token: { header: {}, claims: {}, signature: 'good' },
          sourceIp: '192.0.2.1',
          method: 'GET',
          path: '/',
          more: 1,
        },
      }),
    ).toEqual(
      invalid(
        { path: '/at', code: 'wrong_format', allowed: 'A moment of ISO 8601: 2026-11-20T10:00:00Z.' },
        { path: '/environment', code: 'not_one_of_these', allowed: 'One of: DEV, UAT, PROD.' },
        { path: '/token/signature', code: 'not_one_of_these', allowed: 'One of: verified, kid, signature.' },
        { path: '/more', code: 'unknown_member', allowed: 'There is no member of this name.' },
      ),
    );
  });
});
