import { errors, exportJWK, type JWK } from 'jose';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createKeySet } from '../../adapters/tokens/key-set.ts';
import { serve, type Served } from '../../local/kernel/serve.ts';
import { rsaKeys } from '../support/rsa-keys.ts';

const [first, second] = await Promise.all(
  ['first', 'second'].map(async (kid): Promise<JWK> => {
    const { publicKey } = rsaKeys('first');
    return { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' };
  }),
);

let now: Date;
let published: unknown;
let requests: number;
let answerAfter: Promise<unknown>;
let served: Served;
beforeAll(async () => {
  served = await serve(
    {
      fetch: async ({ method, headers, url }) => {
        if (
          method !== 'GET' ||
          headers.get('accept') !== 'application/json' ||
          new URL(url).pathname !== '/keys'
        ) {
          return new Response('', { status: 400 });
        }
        requests += 1;
        await answerAfter;
        return published === undefined
          ? new Response('down', { status: 503 })
          : Response.json({ keys: published });
      },
    },
    0,
  );
});
afterAll(() => served.close());
beforeEach(() => {
  now = new Date('2026-11-20T10:00:00Z');
  published = [first];
  requests = 0;
  answerAfter = Promise.resolve();
});
const later = (seconds: number): void => {
  now = new Date(now.getTime() + seconds * 1000);
};

/** The modulus of the key that is chosen, which tells them apart. */
function keySet(limits?: Parameters<typeof createKeySet>[2]): (kid: string) => Promise<string | undefined> {
  const read = createKeySet(new URL(`${served.url}/keys`), { now: () => now }, limits);
  return async (kid) => {
    const { choose } = await read();
    const key = await choose({ alg: 'RS256', kid }, { payload: '', signature: '' });
    return key instanceof CryptoKey ? (await exportJWK(key)).n : undefined;
  };
}
const unknown = new errors.JWKSNoMatchingKey();

describe('WF-10 the keys of an issuer', () => {
  // Threats T-55, T-94
  test('are fetched every ten seconds, so that a removed key is no longer used', async () => {
    const keyOf = keySet();
    expect(await keyOf('first')).toBe(first?.n);
    published = [second];
    later(9);
    expect(await keyOf('first')).toBe(first?.n);
    await expect(keyOf('second')).rejects.toThrow(unknown);
    expect(requests).toBe(1);
    later(1);
    await expect(keyOf('first')).rejects.toThrow(unknown);
    expect(await keyOf('second')).toBe(second?.n);
    expect(requests).toBe(2);
  });

  // Threat T-94
  test('say until when that which they verify may be cached', async () => {
    const read = createKeySet(new URL(`${served.url}/keys`), { now: () => now });
    const end = new Date('2026-11-20T10:00:10Z');
    expect((await read()).validUntil).toEqual(end);
    later(9);
    expect((await read()).validUntil).toEqual(end);
    later(1);
    expect((await read()).validUntil).toEqual(new Date('2026-11-20T10:00:20Z'));
  });

  test('end ten seconds after they were asked for, however long the answer took', async () => {
    const read = createKeySet(new URL(`${served.url}/keys`), { now: () => now });
    answerAfter = pause(20).then(() => later(4));
    expect((await read()).validUntil).toEqual(new Date('2026-11-20T10:00:10Z'));
  });

  test('are fetched once for all who wait', async () => {
    let answer = (): void => undefined;
    answerAfter = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const keyOf = keySet();
    const waiting = Promise.all([keyOf('first'), keyOf('first'), keyOf('first')]);
    await pause(20);
    answer();
    expect(await waiting).toEqual([first?.n, first?.n, first?.n]);
    expect(requests).toBe(1);
  });

  // Threat T-55
  test('are not fetched for a key that they do not hold', async () => {
    const keyOf = keySet();
    await keyOf('first');
    published = [first, second];
    for (let tries = 0; tries < 3; tries += 1) await expect(keyOf('second')).rejects.toThrow(unknown);
    expect(requests).toBe(1);
    later(10);
    expect(await keyOf('second')).toBe(second?.n);
    expect(requests).toBe(2);
  });

  test('are fetched anew by a clock that has jumped back', async () => {
    const keyOf = keySet();
    await keyOf('first');
    later(-1);
    await keyOf('first');
    expect(requests).toBe(2);
  });

  test('are asked for again after they could not be had', async () => {
    const keyOf = keySet();
    published = undefined;
    await expect(keyOf('first')).rejects.toThrow('HTTP 503');
    published = [first];
    expect(await keyOf('first')).toBe(first?.n);
  });

  // Failure F-73
  test('are used for ten minutes while they cannot be had, and asked for every ten seconds', async () => {
    const read = createKeySet(new URL(`${served.url}/keys`), { now: () => now });
    await read();
    published = undefined;
    for (let tries = 2; tries <= 60; tries += 1) {
      later(10);
      expect((await read()).validUntil).toEqual(new Date(now.getTime() + 10_000));
      await read();
      expect(requests).toBe(tries);
    }
    later(10);
    await expect(read()).rejects.toThrow('HTTP 503');
    published = [second];
    const { choose } = await read();
    await expect(choose({ alg: 'RS256', kid: 'first' }, { payload: '', signature: '' })).rejects.toThrow(
      unknown,
    );
  });

  test('have to come in time', async () => {
    answerAfter = pause(500);
    await expect(keySet({ timeoutMilliseconds: 50, maxAnswerBytes: 100_000 })('first')).rejects.toMatchObject(
      { name: 'AbortError' },
    );
  });

  test('have to be short', async () => {
    await expect(keySet({ timeoutMilliseconds: 5000, maxAnswerBytes: 100 })('first')).rejects.toThrow(
      'answer over 100 bytes',
    );
  });
});
