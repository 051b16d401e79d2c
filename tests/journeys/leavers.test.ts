import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { createUsers } from '../../adapters/aws/user-records.ts';
import type { PickedUpCredentials } from '../../clients/partner.ts';
import { recordCacheSeconds } from '../../core/clients/in-force.ts';
import { grantTypes } from '../../core/contracts/records.ts';
import { eventually } from '../support/eventually.ts';
import { tableAt } from '../support/table.ts';
import { shareTestTwin, type TestTwin } from '../support/twin.ts';
import { choosePassword, newClient } from './contracted.ts';
import { operatorOf } from './operator.ts';
import { clientOf } from './records.ts';
import { requestFor } from './requests.ts';
import { problem, wholeAnswer } from './whole-answer.ts';
import { openRecords, type Records, type ThirdParty } from './third-party.ts';

const [, password, jwtBearer, exchange] = grantTypes;
const secret = 'correct horse battery';
const path = '/apis/credit-reports/reports';

let twin: TestTwin;
let records: Records;
beforeAll(async () => {
  twin = await shareTestTwin();
  records = openRecords(twin.urls);
});
afterEach(async () => {
  for (const what of ['clock', 'faults']) {
    await fetch(`${twin.urls.gateway}/_twin/${what}`, { method: 'DELETE' });
  }
});
afterAll(() => twin.stop());

/** A partner with a user, who can come in by every door. */
interface Insider {
  readonly userId: string;
  readonly client: PickedUpCredentials;
  readonly portal: ThirdParty;
  /** What the user has got already. */
  readonly accessToken: string;
  readonly cookie: string;
}

/** Signs a token for a login by a link. It is no good for calls. */
const loginOf = (portal: ThirdParty): Promise<string> =>
  portal.sign({ aud: [...portal.issuer.audiences, `${twin.urls.gateway}/session`] });

async function insiderOf(ticket: string): Promise<Insider> {
  const client = await newClient(twin.urls, requestFor(ticket));
  const userId = `user.${ticket.toLowerCase()}`;
  await records.agree(client.client_id, {
    grants: grantTypes,
    password: { owner: 'legacy@acme.example', sunset: new Date(Date.now() + 86_400_000).toISOString() },
    resourceServerOf: ['credit-reports'],
  });
  await choosePassword(twin.urls, userId, secret);
  const portal = await records.register(client.client_id, userId, {
    uses: ['bearer', 'assertion', 'session'],
    audiences: [twin.urls.gateway],
  });
  const { body } = await token(client, { grant_type: password, username: userId, password: secret });
  const opened = await fetch(`${twin.urls.gateway}/session?access_token=${await loginOf(portal)}`, {
    redirect: 'manual',
  });
  const [cookie = ''] = (opened.headers.get('set-cookie') ?? '').split(';');
  return { userId, client, portal, cookie, accessToken: String(body['access_token']) };
}

async function post(
  { client_id: id, client_secret: clientSecret }: PickedUpCredentials,
  at: string,
  form: Readonly<Record<string, string>>,
) {
  const answer = await fetch(`${twin.urls.gateway}${at}`, {
    method: 'POST',
    body: new URLSearchParams(form),
    headers: { authorization: `Basic ${Buffer.from(`${id}:${clientSecret}`).toString('base64')}` },
  });
  return { status: answer.status, body: (await answer.json()) as Readonly<Record<string, unknown>> };
}
const token = (client: PickedUpCredentials, form: Readonly<Record<string, string>>) =>
  post(client, '/oauth2/token', form);
const asCaller = (accessToken: string) => ({
  authorization: `Bearer ${accessToken}`,
  'x-twin-source-ip': '203.0.113.10',
});
const call = async (accessToken: string): Promise<number> =>
  (await fetch(`${twin.urls.gateway}${path}`, { headers: asCaller(accessToken) })).status;

/** Tries every door, and returns what each of them answers. */
async function doors({ userId, client, portal, accessToken, cookie }: Insider) {
  const byToken = { subject_token: accessToken, subject_token_type: tokenType('access_token') };
  const byLogin = { subject_token: await portal.sign(), subject_token_type: tokenType('jwt') };
  const opened = await fetch(`${twin.urls.gateway}/session?access_token=${await loginOf(portal)}`, {
    redirect: 'manual',
  });
  const shown = await fetch(`${twin.urls.gateway}/session`, { headers: { cookie } });
  return {
    'call with a token of ours': await call(accessToken),
    "call with the partner's own token": await call(await portal.sign()),
    password: (await token(client, { grant_type: password, username: userId, password: secret })).status,
    'jwt-bearer': (await token(client, { grant_type: jwtBearer, assertion: await portal.sign() })).status,
    'exchange of a token of ours': (await token(client, { grant_type: exchange, ...byToken })).status,
    "exchange of the partner's own token": (await token(client, { grant_type: exchange, ...byLogin })).status,
    introspection: (await post(client, '/oauth2/introspect', { token: accessToken })).body['active'],
    'a new session': opened.headers.get('set-cookie')?.includes('Max-Age=0') === false,
    'the session': (await shown.text()).includes(userId),
  };
}
const tokenType = (name: string): string => `urn:ietf:params:oauth:token-type:${name}`;
const open = {
  'call with a token of ours': 200,
  "call with the partner's own token": 200,
  password: 200,
  'jwt-bearer': 200,
  'exchange of a token of ours': 200,
  "exchange of the partner's own token": 200,
  introspection: true,
  'a new session': true,
  'the session': true,
};
const shut = {
  'call with a token of ours': 401,
  "call with the partner's own token": 401,
  password: 400,
  'jwt-bearer': 400,
  'exchange of a token of ours': 400,
  "exchange of the partner's own token": 400,
  introspection: false,
  'a new session': false,
  'the session': false,
};

const okta = (method: string, at: string): Promise<Response> =>
  fetch(`${twin.urls.okta}/api/v1/users/${at}`, { method, headers: { authorization: 'SSWS twin' } });
const stateOf = async (userId: string) => {
  const user = await createUsers(tableAt(twin.urls.aws)).find(userId);
  return user?.origin === 'directory' ? user.profile.state : undefined;
};
const becomes = (userId: string, state: string): Promise<true> =>
  eventually(async () => ((await stateOf(userId)) === state ? true : undefined));
/** Lets every instance of a function forget the records that it has read. */
const put = (what: 'clock' | 'faults', body: object): Promise<Response> =>
  fetch(`${twin.urls.gateway}/_twin/${what}`, { method: 'PUT', body: JSON.stringify(body) });
const afterTheCaches = (offsetSeconds = recordCacheSeconds + 2): Promise<Response> =>
  put('clock', { offsetSeconds });

// Threat T-96
describe('JWT-3, X-8 a user who leaves', () => {
  test('is shut out at every door while Okta has suspended it, and let in again after that', async () => {
    const insider = await insiderOf('RITM0121001');
    expect(await doors(insider)).toEqual(open);

    await okta('POST', `${insider.userId}/lifecycle/suspend`);
    await becomes(insider.userId, 'inactive');
    await afterTheCaches();
    expect(await doors(insider)).toEqual(shut);

    await okta('POST', `${insider.userId}/lifecycle/unsuspend`);
    await becomes(insider.userId, 'active');
    await afterTheCaches(2 * (recordCacheSeconds + 2));
    expect(await doors(insider)).toEqual(open);
  });

  test.each([
    ['deactivated', 'RITM0121002', ['POST', '/lifecycle/deactivate'], 'inactive'],
    ['deleted', 'RITM0121003', ['DELETE', ''], 'inactive'],
  ] as const)('is shut out after Okta has %s it', async (_what, ticket, [method, action], state) => {
    const insider = await insiderOf(ticket);
    expect(await call(insider.accessToken)).toBe(200);
    await okta(method, `${insider.userId}${action}`);
    await becomes(insider.userId, state);
    await afterTheCaches();
    expect(await doors(insider)).toEqual(shut);
    await okta('DELETE', insider.userId);
    await becomes(insider.userId, 'deleted');
  });

  test('is shut out by an operator, although Okta knows nothing of it', async () => {
    const insider = await insiderOf('RITM0121004');
    const ada = await operatorOf(twin.urls.gateway, 'operator', 'ada');
    const at = `/operator/users/${insider.userId}`;
    const { headers, body } = await ada(`GET ${at}`);
    expect(body).toEqual({
      userId: insider.userId,
      partnerId: (await records.clientOf(insider.client.client_id)).partnerId,
      origin: 'directory',
      profile: {
        profileId: expect.stringMatching(/^00u/u) as string,
        state: 'active',
        since: expect.any(String) as string,
      },
      status: 'active',
      // Okta's event about the activation may have come before or after the record.
      version: expect.any(Number) as number,
      changes: expect.any(Array) as unknown[],
    });
    const { version } = z.object({ version: z.int() }).parse(body);
    expect(
      (
        await ada(`POST ${at}/transitions`, {
          ifMatch: headers['etag'] ?? '',
          body: { to: 'suspended', why: 'a doubt' },
        })
      ).body,
    ).toEqual({
      ...(body as object),
      status: 'suspended',
      version: version + 1,
      changes: expect.any(Array) as unknown[],
      cacheFlushed: true,
      decidedWithinSeconds: 12,
    });
    await afterTheCaches();
    expect(await doors(insider)).toEqual(shut);
    expect((await okta('GET', insider.userId)).status).toBe(200);
  });

  test.each(["o'neil+x@acme.example", 'a+b.plus'])(
    'is found by its id, although that is %s',
    async (userId) => {
      await newClient(
        twin.urls,
        requestFor(userId.startsWith('o') ? 'RITM0121009' : 'RITM0121010', { user_id: userId }),
      );
      const ada = await operatorOf(twin.urls.gateway, 'operator', 'ada');
      const at = `/operator/users/${encodeURIComponent(userId)}`;
      const { status, headers, body } = await ada(`GET ${at}`);
      expect([status, z.object({ userId: z.string() }).parse(body).userId]).toEqual([200, userId]);
      const stopped = await ada(`POST ${at}/transitions`, {
        ifMatch: headers['etag'] ?? '',
        body: { to: 'suspended', why: 'a doubt' },
      });
      expect(stopped.status).toBe(200);
    },
  );

  // Failure F-74
  test('is shut out by the next comparison if the event of Okta gets lost', async () => {
    const insider = await insiderOf('RITM0121005');
    await put('faults', [{ service: 'okta', operation: 'SendEventHook', mode: 'fail-before', times: 2 }]);
    await okta('POST', `${insider.userId}/lifecycle/suspend`);
    await eventually(async () => {
      const pending = (await (await fetch(`${twin.urls.gateway}/_twin/faults`)).json()) as {
        readonly pending?: readonly unknown[];
      };
      return (pending.pending ?? []).length === 0 ? true : undefined;
    });
    expect(await stateOf(insider.userId)).toBe('active');
    const lambda = new LambdaClient(clientOf(twin.urls.aws));
    await lambda.send(new InvokeCommand({ FunctionName: 'sallyport-dev-user-sweep' }));
    lambda.destroy();
    expect(await stateOf(insider.userId)).toBe('inactive');
    await afterTheCaches();
    expect(await call(insider.accessToken)).toBe(401);
  });
});

describe("JWT-3 Okta's event hook", () => {
  const hook = `/webhooks/okta`;
  const send = (body: string, authorization?: string): Promise<Response> =>
    fetch(`${twin.urls.gateway}${hook}`, {
      method: 'POST',
      body,
      headers: authorization === undefined ? {} : { authorization },
    });

  test('proves its address when it is registered, and reflects nothing else', async () => {
    const challenge = (value: string): Promise<Response> =>
      fetch(`${twin.urls.gateway}${hook}`, { headers: { 'x-okta-verification-challenge': value } });
    const answer = await challenge('cm5kLWNoYWxsZW5nZQ-_1');
    expect([answer.status, await answer.json()]).toEqual([200, { verification: 'cm5kLWNoYWxsZW5nZQ-_1' }]);
    expect((await challenge('<script>')).status).toBe(400);
    expect((await fetch(`${twin.urls.gateway}${hook}`)).status).toBe(400);
  });

  // Threat T-96
  test.each([undefined, '', 'Bearer x', 'sallyport'])('does nothing for a sender with %j', async (sent) => {
    const answer = await send('{"data":{"events":[]}}', sent);
    expect(await wholeAnswer(answer)).toEqual(
      problem(
        401,
        'bad_secret',
        "The header Authorization does not hold the secret of Okta's event hook.",
        {},
        { 'www-authenticate': 'Okta-Event-Hook realm="sallyport"' },
      ),
    );
  });
});

// Threat T-97
describe("OAU-4, X-8 a token that another partner's portal has exchanged", () => {
  test('ends with the partner that its user belongs to, and names both partners to the backend', async () => {
    const insider = await insiderOf('RITM0121006');
    const portal = await newClient(twin.urls, requestFor('RITM0121007'));
    await records.agree(portal.client_id, {
      grants: ['client_credentials', exchange],
      resourceServerOf: ['credit-reports'],
    });
    const { body } = await token(portal, {
      grant_type: exchange,
      subject_token: insider.accessToken,
      subject_token_type: tokenType('access_token'),
    });
    const exchanged = String(body['access_token']);
    const answer = await fetch(`${twin.urls.gateway}${path}`, {
      headers: asCaller(exchanged),
    });
    const { headers } = (await answer.json()) as { readonly headers: Readonly<Record<string, string>> };
    const [ofUser, ofPortal] = await Promise.all(
      [insider.client, portal].map(async ({ client_id: id }) => (await records.clientOf(id)).partnerId),
    );
    expect([
      answer.status,
      headers['x-sallyport-partner-id'],
      headers['x-sallyport-user-partner-id'],
    ]).toEqual([200, ofPortal, ofUser]);

    const ada = await operatorOf(twin.urls.gateway, 'operator', 'ada');
    const at = `/operator/partners/${ofUser ?? ''}`;
    const { headers: seen } = await ada(`GET ${at}`);
    await ada(`POST ${at}/transitions`, {
      ifMatch: seen['etag'] ?? '',
      body: { to: 'suspended', why: 'a doubt' },
    });
    await afterTheCaches();
    const refused = await fetch(`${twin.urls.gateway}${path}`, {
      headers: asCaller(exchanged),
    });
    expect([refused.status, ((await refused.json()) as { readonly code: string }).code]).toEqual([
      403,
      'partner_inactive',
    ]);
    expect((await post(portal, '/oauth2/introspect', { token: exchanged })).body).toEqual({ active: false });
    const again = { subject_token: exchanged, subject_token_type: tokenType('access_token') };
    expect((await token(portal, { grant_type: exchange, ...again })).status).toBe(400);
  });
});

// Threat T-26
test("OAU-1 a token that Cognito's own endpoint gives without the contract's grant opens nothing", async () => {
  const { client } = await insiderOf('RITM0121008');
  const ours = await token(client, { grant_type: 'client_credentials' });
  const accessToken = String(ours.body['access_token']);
  expect(await call(accessToken)).toBe(200);
  await records.agree(client.client_id, { grants: [password, jwtBearer, exchange] });
  await afterTheCaches(400);
  const refused = await fetch(`${twin.urls.gateway}${path}`, {
    headers: asCaller(accessToken),
  });
  expect([refused.status, ((await refused.json()) as { readonly code: string }).code]).toEqual([
    403,
    'grant_not_allowed',
  ]);
  expect((await post(client, '/oauth2/introspect', { token: accessToken })).body).toEqual({ active: false });
});
