import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import { randomUUID } from 'node:crypto';
import { LambdaClient, InvokeCommand } from '@aws-sdk/client-lambda';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { grantTypes } from '../../core/contracts/records.ts';
import { pickUp } from '../../clients/partner.ts';
import { twinTarget } from '../../clients/operator.ts';
import { serve, type Served } from '../../local/kernel/serve.ts';
import { shareTestTwin, type TestTwin } from '../support/twin.ts';
import { onboard } from './onboarded.ts';
import { invalid, nothingProposed, operatorOf, roleNeeded, stale, wrongStatus } from './operator.ts';
import { requestFor } from './requests.ts';
import { openRecords } from './third-party.ts';
import { problem, type WholeAnswer } from './whole-answer.ts';

type Known = Awaited<ReturnType<typeof operatorOf>>;
interface KeyPair {
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
  readonly thumbprint: string;
}

let twin: TestTwin;
/** An operator and two approvers. */
let ada: Known;
let grace: Known;
let mary: Known;
let client: { readonly clientId: string; readonly partnerId: string; readonly contractId: string };
const user = 'user.ritm0123001';

beforeAll(async () => {
  twin = await shareTestTwin();
  const { gateway } = twin.urls;
  ada = await operatorOf(gateway, 'operator', 'ada');
  grace = await operatorOf(gateway, 'approver', 'grace');
  mary = await operatorOf(gateway, 'approver', 'mary');
  const { link, code } = await onboard(twin.urls, requestFor('RITM0123001'));
  const records = openRecords(twin.urls);
  client = await records.clientOf((await pickUp(link, code)).client_id);
  await records.agree(client.clientId, { grants: [...grantTypes] });
});
afterEach(async () => {
  await fetch(`${twin.urls.gateway}/_twin/faults`, { method: 'DELETE' });
  await fetch(`${twin.urls.gateway}/_twin/clock`, { method: 'DELETE' });
});
afterAll(() => twin.stop());

const ownChange = problem(
  403,
  'own_change',
  'It takes another approver: you have changed it since it was last activated.',
);
const bodyOf = ({ body }: WholeAnswer) => body as Readonly<Record<string, unknown>>;
const etagOf = ({ headers }: WholeAnswer): string => headers['etag'] ?? '';
/** Records that were read are kept for ten seconds. */
let offsetSeconds = 0;
const later = async (): Promise<void> => {
  offsetSeconds += 11;
  await fetch(`${twin.urls.gateway}/_twin/clock`, { method: 'PUT', body: JSON.stringify({ offsetSeconds }) });
};

async function newKey(kid: string): Promise<KeyPair> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const jwk = await exportJWK(publicKey);
  return { privateKey, jwk: { ...jwk, kid }, thumbprint: await calculateJwkThumbprint(jwk) };
}
const uploadOf = ({ jwk }: KeyPair) => ({ kind: 'jwks', document: { keys: [jwk] } });
/** Signs claims that are valid for two minutes. */
function sign({ privateKey, jwk }: KeyPair, claims: Readonly<Record<string, unknown>>): Promise<string> {
  const now = Math.floor(Date.now() / 1000) + offsetSeconds;
  return new SignJWT({ jti: randomUUID(), iat: now, exp: now + 120, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: jwk.kid ?? '' })
    .sign(privateKey);
}
/** Asks for a token with a client assertion, and returns the status. */
async function tokenStatus(key: KeyPair, form: Readonly<Record<string, string>>): Promise<number> {
  const assertion = await sign(key, {
    iss: client.clientId,
    sub: client.clientId,
    aud: twin.urls.gateway,
  });
  const { status } = await fetch(`${twin.urls.gateway}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
      ...form,
    }),
  });
  return status;
}
const move = (who: Known, path: string, ifMatch: string, to = 'active') =>
  who(`POST ${path}/transitions`, { ifMatch, body: { to, why: 'compared by phone' } });

async function proposalEvents(): Promise<readonly unknown[]> {
  const events = (await (await fetch(`${twin.urls.gateway}/_twin/events`)).json()) as readonly {
    readonly detailType: string;
    readonly detail: { readonly about?: string };
  }[];
  return events.flatMap(({ detail }) => (detail.about === 'keys_proposed' ? [detail] : []));
}

describe('OAU-2 keys of an active client', () => {
  const path = () => `/operator/clients/${client.clientId}`;
  const put = (who: Known, key: KeyPair, ifMatch: string) =>
    who(`PUT ${path()}/keys`, { ifMatch, body: { upload: uploadOf(key), why: 'sent by their admin' } });
  const read = async () => etagOf(await ada(`GET ${path()}`));
  const authenticates = async (key: KeyPair): Promise<boolean> => {
    await later();
    return (await tokenStatus(key, { grant_type: 'client_credentials' })) === 200;
  };

  // Threat T-93
  test('authenticate nobody until another approver has activated the version with them', async () => {
    const [first, second] = [await newKey('first'), await newKey('second')];
    expect((await put(ada, first, await read())).status).toBe(200);
    expect((await proposalEvents()).at(-1)).toEqual({
      about: 'keys_proposed',
      partnerId: client.partnerId,
      clientId: client.clientId,
      contractId: client.contractId,
      keys: [first.thumbprint],
      by: ada.mailbox,
    });
    expect(await authenticates(first)).toBe(false);
    expect(await move(ada, path(), await read())).toEqual(roleNeeded('approver'));
    const seen = await read();
    expect((await move(grace, path(), seen)).status).toBe(200);
    expect(await authenticates(first)).toBe(true);

    // It is approved once.
    expect(await move(mary, path(), seen)).toEqual(stale);
    expect(await move(mary, path(), await read())).toEqual(wrongStatus('active', ['suspended', 'ended']));

    // The keys in force stay until the next ones are approved, and an approver does not approve their own.
    await put(mary, second, await read());
    expect([await authenticates(first), await authenticates(second)]).toEqual([true, false]);
    expect(await move(mary, path(), await read())).toEqual(ownChange);
    expect((await move(grace, path(), await read())).status).toBe(200);
    expect([await authenticates(first), await authenticates(second)]).toEqual([false, true]);
  });

  test('that are proposed are withdrawn by one person, and cannot be approved any more', async () => {
    const key = await newKey('withdrawn');
    await put(ada, key, await read());
    const proposed = await read();
    const withdrawn = await ada(`DELETE ${path()}/proposal?why=a%20mistake`, { ifMatch: proposed });
    expect(bodyOf(withdrawn)).not.toHaveProperty('proposed');
    expect(bodyOf(withdrawn)).not.toHaveProperty('decidedWithinSeconds');
    expect(await move(grace, path(), proposed)).toEqual(stale);
    expect(await move(grace, path(), etagOf(withdrawn))).toEqual(
      wrongStatus('active', ['suspended', 'ended']),
    );
    expect(await ada(`DELETE ${path()}/proposal?why=a%20mistake`, { ifMatch: etagOf(withdrawn) })).toEqual(
      nothingProposed,
    );
    expect(await authenticates(key)).toBe(false);
  });

  test('are taken away by one person, with those that are proposed', async () => {
    const key = await newKey('lost');
    await put(ada, key, await read());
    await ada(`DELETE ${path()}/keys?why=stolen`, { ifMatch: await read() });
    const answer = bodyOf(await ada(`GET ${path()}`));
    expect(answer['keys']).toEqual([]);
    expect(answer).not.toHaveProperty('proposed');
  });

  // Failure F-72
  test('wait even if the operators cannot be told, and the answer says so', async () => {
    await fetch(`${twin.urls.gateway}/_twin/faults`, {
      method: 'PUT',
      body: JSON.stringify([
        { service: 'eventbridge', operation: 'PutEvents', mode: 'fail-before', times: 10 },
      ]),
    });
    const answer = await put(ada, await newKey('untold'), await read());
    expect(bodyOf(answer)).toMatchObject({ operatorsTold: false, proposed: { keys: [{ kid: 'untold' }] } });
    expect((await ada(`DELETE ${path()}/proposal?why=untold`, { ifMatch: etagOf(answer) })).status).toBe(200);
  });
});

describe('JWT-1, JWT-2 keys of an active issuer', () => {
  const issuer = 'https://portal.proposed.example';
  const path = `/operator/issuers/${Buffer.from(issuer).toString('base64url')}`;
  const read = async () => etagOf(await ada(`GET ${path}`));
  const propose = async (who: Known, upload: object) =>
    who(`POST ${path}/keys`, { ifMatch: await read(), body: { upload, why: 'their next key' } });
  let clientKey: KeyPair;
  let inForce: KeyPair;
  let keySet: readonly JWK[];
  let published: Served;
  beforeAll(async () => {
    published = await serve({ fetch: () => Response.json({ keys: keySet }) }, 0);
    clientKey = await newKey('client');
    inForce = await newKey('in-force');
    await openRecords(twin.urls).giveKeys(client.clientId, clientKey.jwk);
    await ada('POST /operator/issuers', {
      body: {
        issuer,
        partnerId: client.partnerId,
        clientId: client.clientId,
        audiences: ['urn:sallyport'],
        principalClaim: 'sub',
        longestLife: 300,
        uses: ['assertion', 'bearer'],
        why: 'their portal',
      },
    });
    expect(bodyOf(await propose(ada, uploadOf(inForce)))).not.toHaveProperty('proposed');
    expect((await move(grace, path, await read())).status).toBe(200);
  });
  afterAll(() => published.close());

  const claims = { iss: issuer, sub: user, aud: 'urn:sallyport' };
  /** Returns whether tokens that a key signed are accepted on a call, and at the token endpoint. */
  async function accepted(key: KeyPair): Promise<readonly boolean[]> {
    await later();
    const call = await fetch(`${twin.urls.gateway}/apis/credit-reports/reports`, {
      headers: {
        authorization: `Bearer ${await sign(key, claims)}`,
        'x-twin-source-ip': '198.51.100.9',
      },
    });
    const assertion = await sign(key, claims);
    const status = await tokenStatus(clientKey, { grant_type: grantTypes[2], assertion });
    return [call.status === 200, status === 200];
  }
  const sweep = async (): Promise<void> => {
    const { client: settings, stack } = twinTarget(twin.urls);
    const lambda = new LambdaClient(settings);
    const { FunctionError } = await lambda.send(
      new InvokeCommand({ FunctionName: `${stack}-trust-sweep`, Payload: '{}' }),
    );
    lambda.destroy();
    expect(FunctionError).toBeUndefined();
  };

  // Threat T-93
  test('verify nothing at any door until another approver has activated the version with them', async () => {
    expect(await accepted(inForce)).toEqual([true, true]);
    const next = await newKey('next');
    const answer = await propose(ada, uploadOf(next));
    expect(bodyOf(answer)).toMatchObject({
      keys: [{ kid: 'in-force' }],
      proposed: { keys: [{ kid: 'next', thumbprint: next.thumbprint }] },
      operatorsTold: true,
    });
    expect((await proposalEvents()).at(-1)).toEqual({
      about: 'keys_proposed',
      issuer,
      partnerId: client.partnerId,
      clientId: client.clientId,
      contractId: client.contractId,
      keys: [next.thumbprint],
      by: ada.mailbox,
    });
    expect(await propose(ada, uploadOf(next))).toEqual(
      invalid({ path: '/upload', code: 'duplicate_key', allowed: expect.any(String) as string }),
    );
    await sweep();
    expect(await accepted(next)).toEqual([false, false]);
    expect(
      bodyOf(await ada(`POST ${path}/checks`, { body: { token: await sign(next, claims) } })),
    ).toMatchObject({
      accepted: false,
      rule: 'kid',
    });

    // Mary has changed the settings since the last activation, so she does not approve either.
    const settings = bodyOf(await mary(`GET ${path}`));
    await mary(`PUT ${path}`, {
      ifMatch: await read(),
      body: {
        clientId: client.clientId,
        audiences: settings['audiences'],
        principalClaim: 'sub',
        longestLife: 400,
        uses: settings['uses'],
        why: 'longer',
      },
    });
    expect(bodyOf(await ada(`GET ${path}`))['proposed']).toMatchObject({ keys: [{ kid: 'next' }] });
    expect(await move(mary, path, await read())).toEqual(ownChange);
    expect((await move(grace, path, await read())).status).toBe(200);
    expect([await accepted(inForce), await accepted(next)]).toEqual([
      [true, true],
      [true, true],
    ]);
    expect((bodyOf(await ada(`GET ${path}`))['changes'] as readonly object[]).at(-1)).toMatchObject({
      by: grace.mailbox,
      to: 'active',
      proposal: 'approved',
    });
    expect(
      (await ada(`DELETE ${path}/keys/${next.thumbprint}?why=over`, { ifMatch: await read() })).status,
    ).toBe(200);
    expect(await accepted(next)).toEqual([false, false]);
  });

  test('that are proposed wait while the issuer is suspended, and are approved with its next activation', async () => {
    const next = await newKey('waiting');
    await propose(ada, uploadOf(next));
    await move(ada, path, await read(), 'suspended');
    expect(await accepted(next)).toEqual([false, false]);
    expect(bodyOf(await ada(`GET ${path}`))['proposed']).toMatchObject({ keys: [{ kid: 'waiting' }] });
    const added = await newKey('added');
    expect(bodyOf(await propose(ada, uploadOf(added)))['proposed']).toMatchObject({
      keys: [{ kid: 'waiting' }, { kid: 'added' }],
    });
    expect((await move(grace, path, await read())).status).toBe(200);
    expect([await accepted(next), await accepted(added)]).toEqual([
      [true, true],
      [true, true],
    ]);
  });

  test('of an address are believed once the address is approved, and then follow it', async () => {
    const [before, approved, after] = [
      await newKey('before'),
      await newKey('approved'),
      await newKey('after'),
    ];
    const upload = { kind: 'jwksUrl', url: `${published.url}/keys` };
    keySet = [before.jwk];
    expect(bodyOf(await propose(ada, upload))).toMatchObject({ proposed: { jwksUrl: upload.url } });
    await sweep();
    expect(await accepted(before)).toEqual([false, false]);
    // The third party has changed its keys by the time of the approval.
    keySet = [approved.jwk];
    expect((await move(grace, path, await read())).status).toBe(200);
    expect([await accepted(before), await accepted(approved)]).toEqual([
      [false, false],
      [true, true],
    ]);
    keySet = [after.jwk];
    await sweep();
    expect([await accepted(approved), await accepted(after)]).toEqual([
      [false, false],
      [true, true],
    ]);
    // One person can have the approved address read again.
    keySet = [approved.jwk];
    expect(bodyOf(await propose(ada, upload))).not.toHaveProperty('proposed');
    expect(await accepted(approved)).toEqual([true, true]);
    // A key that one person has removed does not come back, although it is still published.
    const removal = await ada(`DELETE ${path}/keys/${approved.thumbprint}?why=stolen`, {
      ifMatch: await read(),
    });
    expect(bodyOf(removal)['removedKeys']).toEqual([approved.thumbprint]);
    await sweep();
    expect(await accepted(approved)).toEqual([false, false]);
    // Another address waits. If it cannot be read at the approval, nothing changes.
    const elsewhere = await serve({ fetch: () => Response.json({ keys: [before.jwk] }) }, 0);
    await propose(ada, { kind: 'jwksUrl', url: `${elsewhere.url}/keys` });
    await elsewhere.close();
    expect(await move(grace, path, await read())).toEqual(
      invalid({ path: '/proposed', code: 'unreadable', allowed: expect.any(String) as string }),
    );
    expect(bodyOf(await ada(`DELETE ${path}/proposal?why=moved`, { ifMatch: await read() }))).toMatchObject({
      jwksUrl: upload.url,
    });
  });
});
