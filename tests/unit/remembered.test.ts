import { beforeEach, describe, expect, test } from 'vitest';
import { forSeconds, memoize, ttlCache } from '../../core/cache.ts';

let now = new Date('2026-11-20T10:00:00Z');
const clock = { now: () => now };
const later = (milliseconds: number): void => {
  now = new Date(now.getTime() + milliseconds);
};

let loaded: string[];
const known = new Map<string, string>();
const load = async (key: string): Promise<string | undefined> => {
  loaded.push(key);
  return Promise.resolve(known.get(key));
};
beforeEach(() => {
  loaded = [];
  for (const key of ['a', 'b', 'c']) known.set(key, `value of ${key}`);
});

describe('WF-10 what is remembered', () => {
  test('is loaded once until its end, and anew from then on', async () => {
    const find = ttlCache({ clock, limit: 10, until: forSeconds(10) }, load);
    expect(await find('a')).toBe('value of a');
    known.set('a', 'another value');
    later(9_999);
    expect(await find('a')).toBe('value of a');
    later(1);
    expect(await find('a')).toBe('another value');
    expect(loaded).toEqual(['a', 'a']);
  });

  test('ends when the value says so', async () => {
    const ends = new Date(now.getTime() + 5_000);
    const find = ttlCache({ clock, limit: 10, until: () => ends }, load);
    await find('a');
    later(4_999);
    await find('a');
    expect(loaded).toEqual(['a']);
    later(1);
    await find('a');
    expect(loaded).toEqual(['a', 'a']);
  });

  test('is not what is not there: that is looked for each time', async () => {
    const find = ttlCache({ clock, limit: 10, until: forSeconds(10) }, load);
    known.delete('a');
    expect(await find('a')).toBeUndefined();
    known.set('a', 'there now');
    expect(await find('a')).toBe('there now');
    known.delete('a');
    expect(await find('a')).toBe('there now');
    later(10_000);
    expect(await find('a')).toBeUndefined();
  });

  test("is not what is not to be kept, which takes nothing else's place", async () => {
    const find = ttlCache(
      {
        clock,
        limit: 1,
        until: (value: string, at) => (value === 'value of b' ? undefined : forSeconds(10)(value, at)),
      },
      async (key) => (await load(key)) ?? '',
    );
    for (const key of ['a', 'b', 'b', 'a']) expect(await find(key)).toBe(`value of ${key}`);
    expect(loaded).toEqual(['a', 'b', 'b']);
  });

  test('is not a failure', async () => {
    let failures = 1;
    const find = ttlCache({ clock, limit: 10, until: forSeconds(10) }, async (key) =>
      failures-- > 0 ? Promise.reject(new Error('down')) : load(key),
    );
    await expect(find('a')).rejects.toThrow('down');
    expect(await find('a')).toBe('value of a');
  });

  test('is no more than the limit: the oldest goes', async () => {
    const find = ttlCache({ clock, limit: 2, until: forSeconds(10) }, load);
    for (const key of ['a', 'b', 'a', 'c', 'c', 'b']) await find(key);
    expect(loaded).toEqual(['a', 'b', 'c']);
    await find('a');
    expect(loaded).toEqual(['a', 'b', 'c', 'a']);
  });

  test('is kept under what stands for the key, not under the key', async () => {
    const find = ttlCache({ clock, limit: 10, until: forSeconds(10) }, load, (key) => key.toLowerCase());
    known.set('A', 'value of A');
    expect(await find('A')).toBe('value of A');
    expect(await find('a')).toBe('value of A');
    expect(loaded).toEqual(['A']);
  });

  test('is found by its whole key, whatever part of it is looked up', async () => {
    const find = ttlCache({ clock, limit: 10, until: forSeconds(10), indexOf: (key) => key.slice(-1) }, load);
    for (const key of ['one a', 'two a', 'one b']) known.set(key, `value of ${key}`);
    expect(await find('one a')).toBe('value of one a');
    expect(await find('one b')).toBe('value of one b');
    expect(await find('forged a')).toBeUndefined();
    expect(await find('one a')).toBe('value of one a');
    expect(loaded).toEqual(['one a', 'one b', 'forged a']);
    expect(await find('two a')).toBe('value of two a');
    expect(await find('one a')).toBe('value of one a');
    expect(loaded).toEqual(['one a', 'one b', 'forged a', 'two a', 'one a']);
  });

  test('is not what a clock remembers that has jumped back', async () => {
    const find = ttlCache({ clock, limit: 10, until: forSeconds(10) }, load);
    await find('a');
    later(-1);
    known.delete('a');
    expect(await find('a')).toBeUndefined();
    later(1);
    expect(await find('a')).toBeUndefined();
  });
});

describe('WF-10 what follows from an object', () => {
  test('is worked out once for each object, however alike they are', () => {
    const seen: object[] = [];
    const sizeOf = memoize((list: readonly string[]) => {
      seen.push(list);
      return list.length;
    });
    const [one, other] = [['a'], ['a']];
    expect([sizeOf(one), sizeOf(other), sizeOf(one), sizeOf(other)]).toEqual([1, 1, 1, 1]);
    expect(seen).toEqual([one, other]);
  });
});
