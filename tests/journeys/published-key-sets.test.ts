import { constants, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { createIssuers } from '../../adapters/aws/issuer-records.ts';
import { invoke, twinTarget } from '../../clients/operator.ts';
import { serve, type Served } from '../../local/kernel/serve.ts';
import { certificateOf } from '../support/certificates.ts';
import { tableAt } from '../support/table.ts';
import { startTestTwin, type TestTwin } from '../support/twin.ts';
import { newClient } from './contracted.ts';
import { operatorOf } from './operator.ts';
import { requestFor } from './requests.ts';
import { openRecords, type Records } from './third-party.ts';

const listed = z.looseObject({
  kid: z.string(),
  alg: z.string(),
  key: z.string(),
  x5c: z.string().optional(),
});
const { inputs } = z
  .object({
    inputs: z.array(
      z.object({
        given: z.object({ jwksUrl: z.object({ first: z.array(listed), then: z.array(listed) }) }),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync('tests/support/cases/published-key-sets.json', 'utf8')));

interface Pair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}
const pairs = new Map<string, Pair>();
/** Returns the key pair of this name: RSA of 2048 bits, or as many as the name says. */
function pairOf(name: string): Pair {
  const modulusLength = Number(/of (\d+) bits/u.exec(name)?.[1] ?? 2048);
  const pair = pairs.get(name) ?? generateKeyPairSync('rsa', { modulusLength });
  pairs.set(name, pair);
  return pair;
}
const ago = (days: number): string =>
  `${new Date(Date.now() - days * 86_400_000).toISOString().replaceAll(/[-:T]|\..*/gu, '')}Z`;
function published({ key, x5c, ...members }: z.infer<typeof listed>): object {
  const pair = pairOf(key);
  const days = Number(/expired (\d+) days ago/u.exec(x5c ?? '')?.[1] ?? 0);
  return {
    ...pair.publicKey.export({ format: 'jwk' }),
    ...members,
    ...(x5c !== undefined && {
      x5c: [certificateOf(pair, { notBefore: ago(400), notAfter: ago(days) }).toString('base64')],
    }),
  };
}

let twin: TestTwin;
let portal: Served;
let keySet: unknown;
let records: Records;
let clientId: string;
let offsetSeconds = 0;
let requests = 0;
beforeAll(async () => {
  portal = await serve({ fetch: () => Response.json(keySet) }, 0);
  twin = await startTestTwin();
  records = openRecords(twin.urls);
  clientId = (await newClient(twin.urls, requestFor('RITM0150001'))).client_id;
});
afterAll(async () => {
  await twin.stop();
  await portal.close();
});

/** Reads the address of every issuer, and waits until no function remembers its earlier keys. */
async function sweep(): Promise<void> {
  await invoke(twinTarget(twin.urls), 'trust-sweep', {});
  offsetSeconds += 11;
  await fetch(`${twin.urls.gateway}/_twin/clock`, { method: 'PUT', body: JSON.stringify({ offsetSeconds }) });
}
async function register(entries: readonly unknown[]): Promise<string> {
  keySet = { keys: entries };
  const { issuer } = await records.register(clientId, 'user.ritm0150001', {
    uses: ['bearer'],
    longestLife: 900,
    keys: [],
    jwksUrl: `${portal.url}/keys`,
  });
  await sweep();
  return issuer.issuer;
}
/** Signs as a third party would, also with a key that is too weak for a library. */
function signed(name: string, header: { readonly alg: string }, claims: object): string {
  const encoded = [{ ...header, typ: 'JWT' }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  const signature = sign('sha256', Buffer.from(encoded.join('.')), {
    key: pairOf(name).privateKey,
    ...(header.alg === 'PS256' && pss),
  });
  return [...encoded, signature.toString('base64url')].join('.');
}
async function statusOf(iss: string, name: string, header: { alg: string; kid: string }): Promise<number> {
  requests += 1;
  const now = Math.floor(Date.now() / 1000) + offsetSeconds;
  const claims = {
    iss,
    aud: 'https://access.company.example',
    sub: 'user.ritm0150001',
    jti: randomUUID(),
    iat: now,
    exp: now + 300,
  };
  const token = signed(name, header, claims);
  const response = await fetch(`${twin.urls.gateway}/apis/credit-reports/reports`, {
    headers: { authorization: `Bearer ${token}`, 'x-twin-source-ip': `198.51.100.${requests}` },
  });
  return response.status;
}
async function toldOf(issuer: string): Promise<readonly unknown[]> {
  const events = (await (await fetch(`${twin.urls.gateway}/_twin/events`)).json()) as readonly {
    readonly detail: { readonly issuer?: string; readonly about?: string; readonly leftOut?: unknown };
  }[];
  return events.flatMap(({ detail }) =>
    detail.issuer === issuer && detail.about === 'keys_left_out' ? [detail.leftOut] : [],
  );
}
const recordOf = (iss: string) => createIssuers(tableAt(twin.urls.aws)).find(iss);
const rs256 = (kid: string) => ({ alg: 'RS256', kid });

describe('JWT-1 a published key set with one key that cannot be used', () => {
  test.each(inputs.map(({ given }) => ({ ...given.jwksUrl, with: given.jwksUrl.then[1]?.kid ?? '' })))(
    'still brings the next key in and takes the withdrawn one away, beside $with',
    async ({ first, then, with: odd }) => {
      const iss = await register(first.map(published));
      expect(await statusOf(iss, 'A', rs256('a'))).toBe(200);
      keySet = { keys: then.map(published) };
      await sweep();
      expect(await statusOf(iss, 'B', rs256('b'))).toBe(200);
      expect(await statusOf(iss, 'A', rs256('a'))).toBe(401);
      const flawed = then[1] ?? expect.fail('the set has one key');
      expect(await statusOf(iss, flawed.key, { alg: flawed.alg, kid: flawed.kid })).toBe(401);
      expect(await toldOf(iss)).toEqual([[{ key: odd, code: expect.any(String) as string }]]);
      expect((await recordOf(iss))?.leftOut).toEqual([{ key: odd, code: expect.any(String) as string }]);
    },
  );

  test('takes the withdrawn keys away where it is empty, and keeps them where it is no set', async () => {
    const entry = { kid: 'a', alg: 'RS256', use: 'sig', key: 'A' };
    const iss = await register([published(entry)]);
    keySet = { keys: null };
    await sweep();
    expect(await statusOf(iss, 'A', rs256('a'))).toBe(200);
    keySet = { keys: [] };
    await sweep();
    expect(await statusOf(iss, 'A', rs256('a'))).toBe(401);
    expect(await toldOf(iss)).toEqual([[]]);
  });

  // Threat T-111
  test('with a private key leaves it out for good, everywhere, though the set no longer shows it', async () => {
    const entry = (key: string) => published({ kid: key, alg: 'RS256', use: 'sig', key });
    const iss = await register([entry('D'), entry('E')]);
    expect(await statusOf(iss, 'D', rs256('D'))).toBe(200);
    keySet = { keys: [{ ...pairOf('D').privateKey.export({ format: 'jwk' }), kid: 'D' }, entry('E')] };
    await sweep();
    keySet = { keys: [entry('D'), entry('E')] };
    await sweep();
    expect(await statusOf(iss, 'D', rs256('D'))).toBe(401);
    expect(await statusOf(iss, 'E', rs256('E'))).toBe(200);
    expect(await toldOf(iss)).toEqual([[{ key: 'D', code: 'private_key' }]]);

    const ada = await operatorOf(twin.urls.gateway, 'operator', 'ada');
    const body = { upload: { kind: 'jwks', document: { keys: [entry('D')] } }, why: 'they asked' };
    const refused = { status: 422, body: { errors: [{ path: '/upload', code: 'private_key' }] } };
    const issuerId = Buffer.from(iss).toString('base64url');
    expect(await ada(`POST /operator/issuers/${issuerId}/keys`, { ifMatch: '*', body })).toMatchObject(
      refused,
    );
    expect(await ada(`PUT /operator/clients/${clientId}/keys`, { ifMatch: '*', body })).toMatchObject(
      refused,
    );
  });

  // Threat T-111
  test('is not approved with a key that was disclosed after it was proposed', async () => {
    const iss = await register([published({ kid: 'a', alg: 'RS256', use: 'sig', key: 'A' })]);
    const [ada, grace] = await Promise.all([
      operatorOf(twin.urls.gateway, 'operator', 'ada'),
      operatorOf(twin.urls.gateway, 'approver', 'grace'),
    ]);
    const path = `/operator/issuers/${Buffer.from(iss).toString('base64url')}`;
    const client = `/operator/clients/${clientId}`;
    const upload = (key: object) => ({ upload: { kind: 'jwks', document: { keys: [key] } }, why: 'new' });
    const open = published({ kid: 'F', alg: 'RS256', use: 'sig', key: 'F' });
    expect((await ada(`POST ${path}/keys`, { ifMatch: '*', body: upload(open) })).status).toBe(200);
    expect((await ada(`PUT ${client}/keys`, { ifMatch: '*', body: upload(open) })).status).toBe(200);
    const secret = pairOf('F').privateKey.export({ format: 'jwk' });
    expect((await ada(`PUT ${client}/keys`, { ifMatch: '*', body: upload(secret) })).status).toBe(422);
    for (const record of [path, client]) {
      const { headers } = await grace(`GET ${record}`);
      const approval = { ifMatch: headers['etag'] ?? '', body: { to: 'active', why: 'compared' } };
      expect(await grace(`POST ${record}/transitions`, approval)).toMatchObject({
        status: 422,
        body: {
          errors: [{ path: '/keys', code: 'private_key', allowed: expect.stringContaining('F') as string }],
        },
      });
    }
  });

  // Threat T-111
  test('with the key of a client as a private one stops that client from using it, shows it and tells it once', async () => {
    const [ada, grace] = await Promise.all([
      operatorOf(twin.urls.gateway, 'operator', 'ada'),
      operatorOf(twin.urls.gateway, 'approver', 'grace'),
    ]);
    const client = `/operator/clients/${clientId}`;
    const open = published({ kid: 'G', alg: 'RS256', use: 'sig', key: 'G' });
    const body = { upload: { kind: 'jwks', document: { keys: [open] } }, why: 'new' };
    const { headers } = await ada(`PUT ${client}/keys`, { ifMatch: '*', body });
    const approval = { ifMatch: headers['etag'] ?? '', body: { to: 'active', why: 'compared' } };
    expect((await grace(`POST ${client}/transitions`, approval)).status).toBe(200);
    expect((await ada(`GET ${client}`)).body).not.toHaveProperty('disclosed');
    await register([published({ kid: 'a', alg: 'RS256', use: 'sig', key: 'A' })]);
    keySet = { keys: [pairOf('G').privateKey.export({ format: 'jwk' })] };
    await sweep();
    await sweep();
    expect((await ada(`GET ${client}`)).body).toMatchObject({
      keys: [{ kid: 'G' }],
      disclosed: [{ kid: 'G', at: expect.any(String) as string }],
    });
    const events = (await (await fetch(`${twin.urls.gateway}/_twin/events`)).json()) as readonly {
      readonly detail: { readonly clientId?: string; readonly about?: string };
    }[];
    const told = events.filter(
      ({ detail }) => detail.clientId === clientId && detail.about === 'keys_disclosed',
    );
    expect(told.map(({ detail }) => detail)).toMatchObject([
      { contractId: expect.any(String) as string, keys: [{ kid: 'G' }] },
    ]);
  });

  test('with two keys of one kid has both', async () => {
    const entry = (key: string) => published({ kid: 'same', alg: 'RS256', use: 'sig', key });
    const iss = await register([entry('A'), null, entry('B')]);
    expect(await statusOf(iss, 'A', rs256('same'))).toBe(200);
    expect(await statusOf(iss, 'B', rs256('same'))).toBe(200);
    expect(await statusOf(iss, 'C', rs256('same'))).toBe(401);
    expect(await toldOf(iss)).toEqual([[{ key: 'key 2', code: 'malformed' }]]);
  });
});
