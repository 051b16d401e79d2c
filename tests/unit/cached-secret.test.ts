import { beforeEach, describe, expect, it } from 'vitest';
import { Defect, type StepError, Throttled, Unavailable } from '../../core/errors.ts';
import { type CachedSecret, createCachedSecret, fixedSecret } from '../../core/secrets/cached-secret.ts';

const start = Date.parse('2026-11-20T10:00:00Z');
const fault = { service: 'secretsmanager', operation: 'GetSecretValue', detail: 'test' };
let seconds = 0;
let stored = { version: 'v1', text: 'one' };
let failure: StepError | undefined;
let reads = 0;
let parsed: string[] = [];
let secret: CachedSecret<{ readonly text: string }>;

beforeEach(() => {
  [seconds, stored, failure, reads, parsed] = [0, { version: 'v1', text: 'one' }, undefined, 0, []];
  secret = createCachedSecret({
    clock: { now: () => new Date(start + seconds * 1000) },
    read: () => {
      reads += 1;
      return failure === undefined ? Promise.resolve(stored) : Promise.reject(failure);
    },
    parse: (text) => {
      parsed.push(text);
      return { text };
    },
  });
});

const rotate = (text: string): void => {
  stored = { version: text, text };
};

describe('X-7 a secret', () => {
  it('is read at the first need, and kept for five minutes', async () => {
    expect(reads).toBe(0);
    expect(await secret.get()).toEqual({ text: 'one' });
    rotate('two');
    seconds = 299;
    expect(await secret.get()).toEqual({ text: 'one' });
    seconds = 300;
    expect(await secret.get()).toEqual({ text: 'two' });
    expect(reads).toBe(2);
  });

  it('is read once for requests that come together', async () => {
    const [one, other] = await Promise.all([secret.get(), secret.get()]);
    expect([one === other, reads]).toEqual([true, 1]);
  });

  it('keeps its value as it is, unless it has another version', async () => {
    const first = await secret.get();
    seconds = 300;
    expect(await secret.get()).toBe(first);
    expect([reads, parsed]).toEqual([2, ['one']]);
  });

  it('is read again at once when it is refused, however lately it was read', async () => {
    const refused = await secret.get();
    rotate('two');
    seconds = 1;
    expect(await secret.reload(refused)).toEqual({ text: 'two' });
    expect(await secret.get()).toEqual({ text: 'two' });
    expect(reads).toBe(2);
  });

  it('is read again for refusals at most once a minute, however many there are', async () => {
    const refused = await secret.get();
    for (seconds = 1; seconds < 61; seconds += 1) {
      expect(await Promise.all([secret.reload(refused), secret.reload(refused)])).toEqual([
        undefined,
        undefined,
      ]);
    }
    expect(reads).toBe(2);
    rotate('two');
    expect(await secret.reload(refused)).toEqual({ text: 'two' });
    expect(reads).toBe(3);
  });

  it('that was replaced meanwhile is not read again for a refusal of the old one', async () => {
    const refused = await secret.get();
    rotate('two');
    seconds = 300;
    await secret.get();
    expect(await secret.reload(refused)).toEqual({ text: 'two' });
    expect(reads).toBe(2);
  });

  it('is what both have been waiting for when two are refused at once', async () => {
    const refused = await secret.get();
    rotate('two');
    expect(await Promise.all([secret.reload(refused), secret.reload(refused)])).toEqual([
      { text: 'two' },
      { text: 'two' },
    ]);
    expect(reads).toBe(2);
  });

  it.each([new Throttled(fault), new Unavailable(fault)])(
    'that cannot be read just now ($name) goes on as it was, and is tried once a minute',
    async (error) => {
      await secret.get();
      failure = error;
      for (seconds = 300; seconds < 360; seconds += 1) expect(await secret.get()).toEqual({ text: 'one' });
      expect(reads).toBe(2);
      failure = undefined;
      rotate('two');
      expect(await secret.get()).toEqual({ text: 'two' });
    },
  );

  it('that may not be read any more is not used any more', async () => {
    await secret.get();
    failure = new Defect(fault);
    seconds = 300;
    await expect(secret.get()).rejects.toBe(failure);
  });

  it('that could not be read at all is asked for at most once a second', async () => {
    failure = new Unavailable(fault);
    for (let time = 0; time < 10; time += 1) await expect(secret.get()).rejects.toBe(failure);
    expect(reads).toBe(1);
    seconds = 1;
    failure = undefined;
    expect(await secret.get()).toEqual({ text: 'one' });
  });

  it('that cannot be read again after a refusal says so, and is tried no sooner for it', async () => {
    const refused = await secret.get();
    failure = new Unavailable(fault);
    for (seconds = 1; seconds < 61; seconds += 1) await expect(secret.reload(refused)).rejects.toBe(failure);
    expect(reads).toBe(2);
    failure = undefined;
    rotate('two');
    expect(await secret.reload(refused)).toEqual({ text: 'two' });
  });

  it('does not stay for ever when the clock is moved back', async () => {
    seconds = 86_400;
    const refused = await secret.get();
    await secret.reload(refused);
    seconds = 0;
    rotate('two');
    expect(await secret.get()).toEqual({ text: 'two' });
  });
});

it('a fixed secret has no other value', async () => {
  const secretOfAFile = fixedSecret('one');
  expect([await secretOfAFile.get(), await secretOfAFile.reload('one')]).toEqual(['one', undefined]);
});
