import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDenialList, createDenials } from '../../adapters/aws/denial-records.ts';
import type { Table } from '../../adapters/aws/table.ts';
import { digestOf } from '../../adapters/tokens/access-tokens.ts';
import { secondsAfter } from '../../core/clock.ts';
import { Defect } from '../../core/errors.ts';
import { type AwsTwin, startAwsTwin } from '../support/aws-twin.ts';
import { tableAt } from '../support/table.ts';

let twin: AwsTwin;
let table: Table;
const now = new Date('2026-11-20T10:00:00Z');
beforeAll(async () => {
  twin = await startAwsTwin();
  table = tableAt(twin.url, { attempts: 1 });
});
afterAll(async () => {
  await twin.stop();
});

const denialOf = (token: string, clientId: string) => ({
  digest: digestOf(token),
  clientId,
  expiresAt: secondsAfter(now, 600),
});

// Failure F-29
// Threat T-22
test('OAU-5 a token is denied by its digest, and no other is', async () => {
  const list = createDenialList(table);
  expect(await list.isDenied(digestOf('a.b.c'))).toBe(false);
  await list.deny(denialOf('a.b.c', 'client-1'));
  await list.deny(denialOf('a.b.c', 'client-1'));
  expect([await list.isDenied(digestOf('a.b.c')), await list.isDenied(digestOf('a.c.c'))]).toEqual([
    true,
    false,
  ]);
});

test('OAU-5 the authorizer finds a denied token, however its signature is written, ten seconds later at most', async () => {
  let at = now;
  const isDenied = createDenials({ table, clock: { now: () => at } });
  expect(await isDenied('d.e.f', 'client-2')).toBe(false);
  await createDenialList(table).deny(denialOf('d.e.f', 'client-2'));
  at = secondsAfter(now, 9.9);
  expect(await isDenied('d.e.f', 'client-2')).toBe(false);
  at = secondsAfter(now, 10);
  expect([
    await isDenied('d.e.f', 'client-2'),
    await isDenied('d.e.g', 'client-2'),
    await isDenied('d.x.f', 'client-2'),
    await isDenied('d.e.f', 'client-3'),
  ]).toEqual([true, true, false, false]);
});

test("OAU-5 a third party's denied token is found whichever client its issuer has", async () => {
  await createDenialList(table).deny(denialOf('p.q.r', 'client-5'));
  const isDenied = createDenials({ table, clock: { now: () => now } });
  expect([await isDenied('p.q.r', undefined), await isDenied('p.q.s', 'client-6')]).toEqual([true, false]);
  expect(await isDenied('p.s.r', undefined)).toBe(false);
});

test('OAU-5 a later denial of a client keeps an earlier, longer one in force', async () => {
  const list = createDenialList(table);
  await list.deny(denialOf('g.h.i', 'client-4'));
  await list.deny({ ...denialOf('j.k.l', 'client-4'), expiresAt: secondsAfter(now, 60) });
  const isDenied = createDenials({ table, clock: { now: () => secondsAfter(now, 300) } });
  expect(await isDenied('g.h.i', 'client-4')).toBe(true);
});

describe('X-8 what the authorizer knows of denied tokens', () => {
  let at: Date;
  let clientId: string;
  beforeEach(({ task: { id } }) => {
    at = now;
    clientId = id;
  });
  const tokenOf = (name: string): string => `header.${clientId}-${name}.signature`;
  const deny = (name: string, seconds = 600): Promise<void> =>
    createDenialList(table).deny({
      ...denialOf(tokenOf(name), clientId),
      expiresAt: secondsAfter(now, seconds),
    });
  const counted = () => {
    const keys: string[] = [];
    const isDenied = createDenials({
      table: {
        get: (key) => {
          keys.push(key.sk);
          return table.get(key);
        },
      },
      clock: { now: () => at },
    });
    return { keys, isDenied: (name: string) => isDenied(tokenOf(name), clientId) };
  };

  test('is one look in ten seconds, whatever the token, while its client has none', async () => {
    const { keys, isDenied } = counted();
    expect([await isDenied('one'), await isDenied('two')]).toEqual([false, false]);
    await deny('one');
    at = secondsAfter(now, 9.999);
    expect(await isDenied('one')).toBe(false);
    expect(keys).toEqual(['DENIALS']);
    at = secondsAfter(now, 10);
    expect([await isDenied('one'), await isDenied('two'), await isDenied('one')]).toEqual([
      true,
      false,
      true,
    ]);
    expect(keys).toEqual(['DENIALS', 'DENIALS', 'DENIED', 'DENIED']);
  });

  // Failure F-32
  test('is at most ten seconds old for a token that was looked up, too', async () => {
    const { isDenied } = counted();
    await deny('one');
    expect(await isDenied('two')).toBe(false);
    await deny('two');
    at = secondsAfter(now, 9.999);
    expect(await isDenied('two')).toBe(false);
    at = secondsAfter(now, 10);
    expect(await isDenied('two')).toBe(true);
  });

  test("lasts until the last of the client's denied tokens has expired", async () => {
    await deny('long', 600);
    await deny('short', 60);
    at = secondsAfter(now, 599);
    const { keys, isDenied } = counted();
    expect(await isDenied('long')).toBe(true);
    at = secondsAfter(now, 610);
    expect(await isDenied('long')).toBe(false);
    expect(keys).toEqual(['DENIALS', 'DENIED', 'DENIALS']);
  });

  // Threat T-61
  test('is told of the token before the token is: nothing is denied that is not looked up', async () => {
    twin.faults.add([{ service: 'dynamodb', operation: 'UpdateItem', mode: 'reject', times: 1 }]);
    await expect(deny('one')).rejects.toThrow(
      new Defect({ service: 'dynamodb', operation: 'UpdateItem', detail: 'AccessDeniedException' }),
    );
    expect(await createDenialList(table).isDenied(digestOf(tokenOf('one')))).toBe(false);
  });
});
