import { createLocalJWKSet, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { createIdTokenHints } from '../../adapters/tokens/id-token-hints.ts';
import { Unavailable } from '../../core/errors.ts';
import { now, nowSeconds, publicUrl } from '../support/fakes/token-world.ts';

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;
let ours: KeyPair;
let theirs: KeyPair;
beforeAll(async () => {
  [ours, theirs] = await Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')]);
});

const hintsOf = (readKeys: () => Promise<never>) =>
  createIdTokenHints({ issuer: publicUrl, clock: { now: () => now }, readKeys });

async function read(token: string) {
  const keys = [{ ...(await exportJWK(ours.publicKey)), kid: 'ours', alg: 'RS256' }];
  return createIdTokenHints({
    issuer: publicUrl,
    clock: { now: () => now },
    readKeys: () => Promise.resolve({ choose: createLocalJWKSet({ keys }), validUntil: now }),
  }).read(token);
}

const claims = { iss: publicUrl, aud: 'client-1', sub: 'usr_gil', sid: 'session-1', exp: nowSeconds + 60 };
const sign = (
  changed: JWTPayload = {},
  { typ = 'JWT', kid = 'ours', key = ours }: { typ?: string; kid?: string; key?: KeyPair } = {},
): Promise<string> =>
  new SignJWT({ ...claims, ...changed }).setProtectedHeader({ alg: 'RS256', typ, kid }).sign(key.privateKey);

describe('FED-7 an ID token that comes back as a hint', () => {
  test('says whose session it is of, although it has expired', async () => {
    const said = { clientId: 'client-1', userId: 'usr_gil', sid: 'session-1' };
    expect(await read(await sign())).toEqual(said);
    expect(await read(await sign({ iat: nowSeconds - 90_000, exp: nowSeconds - 86_400 }))).toEqual(said);
  });

  // Threat T-132
  test.each<[what: string, token: () => Promise<string>]>([
    ['is signed by another key', () => sign({}, { key: theirs })],
    ['names a key that is not published', () => sign({}, { kid: 'another' })],
    ['is an access token', () => sign({}, { typ: 'at+jwt' })],
    ['is of another issuer', () => sign({ iss: 'https://evil.example' })],
    ['has no session', () => sign({ sid: '' })],
    ['has several audiences', () => sign({ aud: ['client-1', 'client-2'] })],
    ['is not signed', () => Promise.resolve(`${btoa('{"alg":"none"}')}.${btoa(JSON.stringify(claims))}.`)],
    ['is no token', () => Promise.resolve('nonsense')],
    ['is too long', () => Promise.resolve('a'.repeat(8193))],
  ])('says nothing if it %s', async (_what, token) => {
    expect(await read(await token())).toBeUndefined();
  });

  // Failure F-97
  test('is not judged while our keys cannot be read', async () => {
    await expect(hintsOf(() => Promise.reject(new Error('HTTP 500'))).read(await sign())).rejects.toThrow(
      Unavailable,
    );
  });
});
