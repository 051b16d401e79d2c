import { beforeEach, describe, expect, it } from 'vitest';
import { type BearerToken, createBearerToken } from '../../adapters/http/bearer-token.ts';

const start = Date.parse('2026-11-20T10:00:00Z');
let seconds = 0;
let obtained = 0;
let broken = false;
let token: BearerToken;

beforeEach(() => {
  seconds = 0;
  obtained = 0;
  broken = false;
  token = createBearerToken({ now: () => new Date(start + seconds * 1000) }, () => {
    obtained += 1;
    return broken
      ? Promise.reject(new Error('no token today'))
      : Promise.resolve({ value: `token-${obtained}`, lifetimeSeconds: 3600 });
  });
});

describe('a bearer token', () => {
  it('is kept until a minute before it expires', async () => {
    expect(await token.get()).toBe('token-1');
    seconds = 3539;
    expect(await token.get()).toBe('token-1');
    seconds = 3540;
    expect(await token.get()).toBe('token-2');
  });

  it('is fetched once for requests that come together', async () => {
    expect(await Promise.all([token.get(), token.get(), token.get()])).toEqual([
      'token-1',
      'token-1',
      'token-1',
    ]);
    expect(obtained).toBe(1);
  });

  it('is fetched again once it was refused', async () => {
    token.drop(await token.get());
    expect(await token.get()).toBe('token-2');
  });

  it('stays when the refused one was an older one', async () => {
    const first = await token.get();
    token.drop(first);
    await token.get();
    token.drop(first);
    expect(await token.get()).toBe('token-2');
  });

  it('is asked for anew after a failure', async () => {
    broken = true;
    await expect(token.get()).rejects.toThrow('no token today');
    broken = false;
    expect(await token.get()).toBe('token-2');
  });
});
