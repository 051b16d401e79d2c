import { generateKeyPairSync } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDisclosedKeys } from '../../adapters/aws/disclosed-keys.ts';
import type { Table } from '../../adapters/aws/table.ts';
import {
  createClientKeyLookup,
  createClientKeys,
  createGrantUse,
  createAttemptLimit,
} from '../../adapters/aws/token-records.ts';
import { findPrivateKeys } from '../../adapters/trust/private-keys.ts';
import { secondsAfter } from '../../core/clock.ts';
import { type AwsTwin, startAwsTwin } from '../support/aws-twin.ts';
import { tableAt } from '../support/table.ts';

let twin: AwsTwin;
let table: Table;
let now = new Date('2026-11-20T10:00:00Z');
const clock = { now: () => now };
beforeAll(async () => {
  twin = await startAwsTwin();
  table = tableAt(twin.url, { attempts: 1 });
});
afterAll(async () => {
  await twin.stop();
});

describe('WF-9 tries', () => {
  const limit = () => createAttemptLimit(table, clock, { most: 3, windowSeconds: 900 });

  // Failure F-30
  // Threat T-27
  test('are counted by what is tried, also when they come at once, and again once the earliest is out of the window', async () => {
    const taken = await Promise.all(Array.from({ length: 10 }, async () => limit().take('dana')));
    expect(taken.filter((granted) => granted)).toHaveLength(3);
    expect(await limit().take('eve')).toBe(true);
    now = secondsAfter(now, 900);
    expect(await limit().take('dana')).toBe(true);
  });

  // Threat T-27
  test('are never more in any quarter of an hour, wherever it begins', async () => {
    const begun = now;
    const at = async (seconds: number): Promise<boolean> => {
      now = secondsAfter(begun, seconds);
      return limit().take('mallory');
    };
    const granted: number[] = [];
    for (let seconds = 800; seconds < 3600; seconds += 50) if (await at(seconds)) granted.push(seconds);
    // Three at a time, as soon as the first of the three before is a quarter of an hour old.
    expect(granted).toEqual([800, 850, 900, 1700, 1750, 1800, 2600, 2650, 2700, 3500, 3550]);
  });

  test('that succeed leave the times of those that failed as they were', async () => {
    const begun = now;
    for (const seconds of [0, 1, 2]) {
      now = secondsAfter(begun, seconds);
      await limit().take('grace');
    }
    await limit().refund('grace');
    now = secondsAfter(begun, 800);
    expect(await limit().take('grace')).toBe(true);
    await limit().refund('grace');
    now = secondsAfter(begun, 901);
    for (const granted of [true, true, true, false]) expect(await limit().take('grace')).toBe(granted);
  });

  // Threat T-31
  test('that were none are given back, and no more than were taken', async () => {
    await limit().refund('finn');
    for (const granted of [true, true, true, false]) expect(await limit().take('finn')).toBe(granted);
    await limit().refund('finn');
    for (const granted of [true, false]) expect(await limit().take('finn')).toBe(granted);
  });
});

// Threat T-32
test('X-7 each use of a grant is counted with its client', async () => {
  const use = createGrantUse(table, clock);
  expect(await use.of('client-1')).toEqual([]);
  await use.count('client-1', 'password');
  now = secondsAfter(now, 60);
  await use.count('client-1', 'password');
  await use.count('client-2', 'password');
  expect(await use.of('client-1')).toEqual([
    {
      pk: 'GRANT_USE#client-1',
      sk: 'USE#password',
      grantType: 'password',
      uses: 2,
      lastUsedAt: now.toISOString(),
    },
  ]);
});

test('OAU-2 the keys of a client are those of its latest version', async () => {
  const keys = createClientKeys(table);
  expect(await keys.keysOf('client-1')).toEqual([]);
  expect(await keys.put('client-1', [{ kty: 'OKP', crv: 'Ed25519', x: 'AA' }], 2)).toBe(true);
  expect(
    await keys.put(
      'client-1',
      [
        { kty: 'OKP', crv: 'Ed25519', x: 'AB' },
        { kty: 'OKP', crv: 'Ed25519', x: 'AC' },
      ],
      4,
    ),
  ).toBe(true);
  expect(await keys.put('client-1', [], 3)).toBe(false);
  expect(await keys.keysOf('client-1')).toEqual([
    { kty: 'OKP', crv: 'Ed25519', x: 'AB' },
    { kty: 'OKP', crv: 'Ed25519', x: 'AC' },
  ]);
  expect(await keys.keysOf('client-2')).toEqual([]);
});

// Threat T-111
test('OAU-2 a key of a client that was disclosed authenticates nobody, within ten seconds', async () => {
  const jwkOf = () => generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
  const [kept, lost] = [jwkOf(), jwkOf()];
  await createClientKeys(table).put('disclosing', [kept, { ...lost, kid: 'k' }], 2);
  const lookup = createClientKeyLookup(table, clock);
  expect(await lookup.keysOf('disclosing')).toHaveLength(2);
  const thumbprints = await Promise.all([kept, lost].map((jwk) => calculateJwkThumbprint(jwk)));
  const [, ofLost = ''] = thumbprints;
  const disclosed = createDisclosedKeys(table, clock);
  await disclosed.add([ofLost]);
  const firstSeen = now.toISOString();
  now = secondsAfter(now, 10);
  await disclosed.add([ofLost]);
  expect(await lookup.keysOf('disclosing')).toEqual([kept]);
  expect(await disclosed.among(thumbprints)).toEqual(new Map([[ofLost, firstSeen]]));
});

// Threat T-125
test('OAU-2 another key that a disclosed private key signs for authenticates nobody', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const variant = { ...publicKey.export({ format: 'jwk' }), e: 'AQAD' };
  await createClientKeys(table).put('with-variant', [variant], 2);
  const keysOf = () => createClientKeyLookup(table, clock).keysOf('with-variant');
  expect(await keysOf()).toEqual([variant]);
  const { disclosed } = findPrivateKeys(privateKey.export({ format: 'jwk' }));
  await createDisclosedKeys(table, clock).add(disclosed);
  expect(await keysOf()).toEqual([]);
});

test('OAU-2 that the operators were told of a disclosed key is kept for each client', async () => {
  const disclosed = createDisclosedKeys(table, clock);
  await disclosed.add(['told']);
  expect(await disclosed.isTold('told', 'client-1')).toBe(false);
  await disclosed.setTold('told', 'client-1');
  await disclosed.setTold('told', 'client-1');
  expect(await disclosed.isTold('told', 'client-1')).toBe(true);
  expect(await disclosed.isTold('told', 'client-2')).toBe(false);
});

test("OAU-2 a client's keys are remembered for ten seconds, and those that are not there are looked for each time", async () => {
  const keys = createClientKeys(table);
  const lookup = createClientKeyLookup(table, clock);
  expect(await lookup.keysOf('signing')).toEqual([]);
  await keys.put('signing', [{ kty: 'RSA', kid: 'first' }], 2);
  const first = await lookup.keysOf('signing');
  expect(first).toEqual([{ kty: 'RSA', kid: 'first' }]);
  await keys.put('signing', [{ kty: 'RSA', kid: 'second' }], 3);
  now = secondsAfter(now, 9);
  expect(await lookup.keysOf('signing')).toBe(first);
  now = secondsAfter(now, 1);
  expect(await lookup.keysOf('signing')).toEqual([{ kty: 'RSA', kid: 'second' }]);
});
