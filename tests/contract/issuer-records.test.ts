import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createIssuerLookup,
  createIssuers,
  createUsedJtiLookup,
  createUsedJtis,
} from '../../adapters/aws/issuer-records.ts';
import type { Table } from '../../adapters/aws/table.ts';
import { initialState } from '../../core/lifecycle/change.ts';
import type { ManagedRecords } from '../../core/lifecycle/managed-records.ts';
import type { Issuer } from '../../core/trust/records.ts';
import { type AwsTwin, startAwsTwin } from '../support/aws-twin.ts';
import { fakeIssuers } from '../support/fakes/contract-records.ts';
import { tableAt } from '../support/table.ts';

let twin: AwsTwin;
let table: Table;
beforeAll(async () => {
  twin = await startAwsTwin();
  table = tableAt(twin.url, { attempts: 1 });
});
afterAll(async () => {
  await twin.stop();
});

const withoutUrl: Issuer = {
  issuer: 'https://portal.acme.example/a?b#c',
  partnerId: 'acme',
  clientId: 'client-1',
  audiences: ['urn:sallyport'],
  principalClaim: 'sub',
  longestLife: 300,
  uses: ['assertion', 'bearer'],
  keys: [
    { kid: 'one', jwk: { kty: 'OKP', crv: 'Ed25519', x: 'AA' }, algorithm: 'EdDSA', thumbprint: 'print' },
  ],
  ...initialState('draft', { at: '2026-11-20T10:00:00.000Z', by: 'olga', why: 'agreed' }),
};
const issuer: Issuer = { ...withoutUrl, jwksUrl: 'https://portal.acme.example/keys' };

describe.each<[where: string, open: () => ManagedRecords<Issuer>]>([
  ['in DynamoDB', () => createIssuers(table)],
  ['in memory, as the unit tests use them', fakeIssuers],
])('JWT-1 the issuers %s', (_where, open) => {
  // Failure F-24
  test('are kept by their iss, and changed by whoever knows the version', async () => {
    const issuers = open();
    expect(await issuers.find(issuer.issuer)).toBeUndefined();
    expect(await issuers.create(issuer)).toBe(true);
    expect(await issuers.create(issuer)).toBe(false);
    expect(await issuers.find(issuer.issuer)).toEqual(issuer);
    const second: Issuer = { ...withoutUrl, version: 2, status: 'active' };
    expect(await issuers.replace(second)).toBe(true);
    expect(await issuers.replace({ ...issuer, version: 2 })).toBe(false);
    expect(await issuers.find(issuer.issuer)).toEqual(second);
    expect(await issuers.find('https://portal.acme.example/a')).toBeUndefined();
  });

  // Failure F-23
  test('are listed page by page', async () => {
    const issuers = open();
    for (const number of [1, 2, 3]) {
      await issuers.create({ ...issuer, issuer: `https://${number}.list.example`, partnerId: 'lister' });
    }
    const first = await issuers.list({ limit: 2 }, 'lister');
    expect(first.items.map((each) => each.issuer)).toEqual([
      'https://1.list.example',
      'https://2.list.example',
    ]);
    expect(
      await issuers.list({ limit: 2, ...(first.next !== undefined && { after: first.next }) }, 'lister'),
    ).toEqual({ items: [{ ...issuer, issuer: 'https://3.list.example', partnerId: 'lister' }] });
  });
});

test('JWT-2 an issuer that is looked up is believed for ten seconds', async () => {
  const looked: Issuer = { ...issuer, issuer: 'https://lookup.example', status: 'active' };
  let now = new Date('2026-11-20T10:00:00Z');
  const find = createIssuerLookup({ table, clock: { now: () => now } });
  expect(await find(looked.issuer)).toBeUndefined();
  await createIssuers(table).create(looked);
  const found = await find(looked.issuer);
  expect(found).toEqual({
    ...looked,
    pk: 'ISSUER#https://lookup.example',
    sk: 'ISSUER',
    gsi1pk: 'ISSUERS',
    gsi1sk: 'acme/https://lookup.example',
  });
  await createIssuers(table).replace({ ...looked, status: 'suspended', version: 2 });
  now = new Date('2026-11-20T10:00:09.999Z');
  expect(await find(looked.issuer)).toEqual(found);
  now = new Date('2026-11-20T10:00:10Z');
  expect(await find(looked.issuer)).toEqual({ ...found, status: 'suspended', version: 2 });
});

// Threat T-18
test("JWT-4 a token's id is burnt once, until no clock believes the token any more", async () => {
  let now = new Date('2026-11-20T10:00:00Z');
  const usedJtis = createUsedJtis(table, { now: () => now });
  const isUsed = createUsedJtiLookup(table, { now: () => now });
  expect(await isUsed('https://one.example', 'id')).toBe(false);
  const until = new Date('2026-11-20T10:05:00Z');
  expect(
    await Promise.all(Array.from({ length: 5 }, () => usedJtis.consume('https://one.example', 'id', until))),
  ).toEqual(expect.arrayContaining([true, false, false, false, false]));
  expect(await usedJtis.consume('https://other.example', 'id', until)).toBe(true);
  expect(await usedJtis.consume('https://one.exampl', 'eid', until)).toBe(true);
  now = new Date('2026-11-20T10:06:00Z');
  expect(await isUsed('https://one.example', 'id')).toBe(true);
  expect(await isUsed('https://two.example', 'id')).toBe(false);
  expect(await usedJtis.consume('https://one.example', 'id', until)).toBe(false);
  now = new Date('2026-11-20T10:06:01Z');
  expect(await isUsed('https://one.example', 'id')).toBe(false);
  expect(await usedJtis.consume('https://one.example', 'id', new Date('2026-11-20T10:10:00Z'))).toBe(true);
  expect(await usedJtis.consume('https://one.example', 'id', until)).toBe(false);
});
