import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDenialList, createDenials } from '../../adapters/aws/denial-records.ts';
import { createTable, type Table } from '../../adapters/aws/table.ts';
import { digestOf } from '../../adapters/tokens/access-tokens.ts';
import { secondsAfter } from '../../core/clock.ts';
import { tableName } from '../../local/aws/dynamodb.ts';
import { type AwsTwin, startAwsTwin } from '../support/aws-twin.ts';

let twin: AwsTwin;
let client: DynamoDBClient;
let table: Table;
const now = new Date('2026-11-20T10:00:00Z');
beforeAll(async () => {
  twin = await startAwsTwin();
  client = new DynamoDBClient(twin.client);
  table = createTable({ client, tableName });
});
afterAll(async () => {
  client.destroy();
  await twin.stop();
});

const denialOf = (token: string, clientId: string) => ({ digest: digestOf(token), clientId, expiresAt: secondsAfter(now, 600) });

test('OAU-5 a token is denied by its digest, and no other is', async () => {
  const list = createDenialList(table);
  expect(await list.isDenied(digestOf('a.b.c'))).toBe(false);
  await list.deny(denialOf('a.b.c', 'client-1'));
  await list.deny(denialOf('a.b.c', 'client-1'));
  expect([await list.isDenied(digestOf('a.b.c')), await list.isDenied(digestOf('a.c.c'))]).toEqual([true, false]);
});

test('OAU-5 the authorizer finds a denied token, however its signature is written, ten seconds later at most', async () => {
  let at = now;
  const isDenied = createDenials({ table, clock: { now: () => at } });
  expect(await isDenied('d.e.f', 'client-2')).toBe(false);
  await createDenialList(table).deny(denialOf('d.e.f', 'client-2'));
  at = secondsAfter(now, 9.9);
  expect(await isDenied('d.e.f', 'client-2')).toBe(false);
  at = secondsAfter(now, 10);
  expect([await isDenied('d.e.f', 'client-2'), await isDenied('d.e.g', 'client-2'), await isDenied('d.x.f', 'client-2'), await isDenied('d.e.f', 'client-3')]).toEqual([true, true, false, false]);
});

test('OAU-5 a later denial of a client keeps an earlier, longer one in force', async () => {
  const list = createDenialList(table);
  await list.deny(denialOf('g.h.i', 'client-4'));
  await list.deny({ ...denialOf('j.k.l', 'client-4'), expiresAt: secondsAfter(now, 60) });
  const isDenied = createDenials({ table, clock: { now: () => secondsAfter(now, 300) } });
  expect(await isDenied('g.h.i', 'client-4')).toBe(true);
});
