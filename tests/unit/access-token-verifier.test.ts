import fc from 'fast-check';
import { createLocalJWKSet, exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT, type JWTHeaderParameters, type JWTPayload } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAccessTokenVerifier } from '../../adapters/tokens/access-token-verifier.ts';
import { createKeySet } from '../../adapters/tokens/key-set.ts';
import { serve, type Served } from '../../local/kernel/serve.ts';

const issuer = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_sallyport';
const now = new Date('2026-11-20T10:00:00Z');
const seconds = now.getTime() / 1000;
const header = { alg: 'RS256', kid: 'key-1' };
const claims = {
  iss: issuer, token_use: 'access', client_id: 'client-1', sub: 'client-1', scope: 'credit-reports/read credit-reports/write',
  iat: seconds - 60, exp: seconds + 900, jti: 'a1', version: 2,
};

const [ours, theirs, curve] = await Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256'), generateKeyPair('ES256')]);
const keySet = { keys: [{ ...await exportJWK(ours.publicKey), kid: 'key-1', alg: 'RS256', use: 'sig' }, { ...await exportJWK(curve.publicKey), kid: 'key-2', use: 'sig' }] };
const verify = createAccessTokenVerifier({ issuer, clock: { now: () => now }, keys: createLocalJWKSet(keySet) });
const sign = async (payload: JWTPayload = claims, head: JWTHeaderParameters = header, key: Parameters<SignJWT['sign']>[0] = ours.privateKey): Promise<string> =>
  new SignJWT(payload).setProtectedHeader(head).sign(key);
const without = (name: keyof typeof claims): JWTPayload => Object.fromEntries(Object.entries(claims).filter(([each]) => each !== name));
const encoded = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url');

describe('WF-10 an access token', () => {
  test('says who may do what until when', async () => {
    expect(await verify(await sign())).toEqual({
      clientId: 'client-1', scopes: ['credit-reports/read', 'credit-reports/write'], expiresAt: new Date('2026-11-20T10:15:00Z'),
    });
  });

  test('may hold no scope at all', async () => {
    expect(await verify(await sign({ ...claims, scope: '' }))).toMatchObject({ scopes: [] });
  });

  test.each<[what: string, payload: JWTPayload]>([
    ['of another issuer', { ...claims, iss: `${issuer}2` }],
    ['of no issuer', without('iss')],
    ['that has expired this second', { ...claims, exp: seconds }],
    ['that never expires', without('exp')],
    ['that is not valid yet', { ...claims, nbf: seconds + 1 }],
    ['that is an id token', { ...claims, token_use: 'id' }],
    ['that does not say what it is', without('token_use')],
    ['of no client', without('client_id')],
    ['of an empty client', { ...claims, client_id: '' }],
    ['of a client that is no text', { ...claims, client_id: 7 }],
    ['without scope', without('scope')],
    ['with a list for a scope', { ...claims, scope: ['credit-reports/read'] }],
  ])('%s is refused', async (_what, payload) => {
    expect(await verify(await sign(payload))).toBeUndefined();
  });

  test('is valid up to the last second', async () => {
    expect(await verify(await sign({ ...claims, exp: seconds + 1, nbf: seconds }))).toMatchObject({ clientId: 'client-1' });
  });
});

describe('WF-10 a forged token', () => {
  test('signed by nobody is refused', async () => {
    expect(await verify(new UnsecuredJWT(claims).encode())).toBeUndefined();
    const [, payload = '', signature = ''] = (await sign()).split('.');
    expect(await verify(`${encoded({ alg: 'none', kid: 'key-1' })}.${payload}.`)).toBeUndefined();
    expect(await verify(`${encoded({ alg: 'none', kid: 'key-1' })}.${payload}.${signature}`)).toBeUndefined();
  });

  test('signed with the public key as a shared secret is refused', async () => {
    const secret = Buffer.from(await exportSPKI(ours.publicKey));
    expect(await verify(await sign(claims, { alg: 'HS256', kid: 'key-1' }, secret))).toBeUndefined();
  });

  test('signed by another key, under our key\'s name or its own, is refused', async () => {
    expect(await verify(await sign(claims, header, theirs.privateKey))).toBeUndefined();
    expect(await verify(await sign(claims, { ...header, kid: 'key-9' }, theirs.privateKey))).toBeUndefined();
    expect(await verify(await sign(claims, { ...header, jwk: await exportJWK(theirs.publicKey) }, theirs.privateKey))).toBeUndefined();
  });

  test('signed by another algorithm is refused, even with a key of the set', async () => {
    expect(await verify(await sign(claims, { alg: 'PS256', kid: 'key-1' }, (await generateKeyPair('PS256')).privateKey))).toBeUndefined();
    expect(await verify(await sign(claims, { alg: 'ES256', kid: 'key-2' }, curve.privateKey))).toBeUndefined();
  });

  test('with changed claims is refused', async () => {
    const [head = '', , signature = ''] = (await sign()).split('.');
    expect(await verify(`${head}.${encoded({ ...claims, client_id: 'client-2' })}.${signature}`)).toBeUndefined();
  });

  test('of any shape is refused, never an error', async () => {
    const [, payload = '', signature = ''] = (await sign()).split('.');
    const part = fc.oneof(fc.string({ unit: 'binary' }), fc.base64String(), fc.json().map((json) => Buffer.from(json).toString('base64url')));
    const head = fc.record({
      alg: fc.constantFrom('RS256', 'none', 'HS256', '', 7), kid: fc.oneof(fc.constantFrom('key-1', '__proto__'), fc.jsonValue()),
      b64: fc.jsonValue(), crit: fc.jsonValue(), zip: fc.jsonValue(), typ: fc.jsonValue(),
    }, { requiredKeys: [] });
    await fc.assert(fc.asyncProperty(part, part, part, async (one, two, three) => {
      for (const text of [one, `${one}.${two}`, `${one}.${two}.${three}`, `${one}.${payload}.${signature}`, `${one}.${two}.${three}.x.y`]) expect(await verify(text)).toBeUndefined();
    }));
    await fc.assert(fc.asyncProperty(head, async (each) => {
      expect(await verify(`${encoded(each)}.${payload}.${signature}`)).toBeUndefined();
    }));
  });
});

describe('WF-10 the issuer\'s keys', () => {
  let served: Served;
  let answer = (): Response => Response.json(keySet);
  beforeAll(async () => { served = await serve({ fetch: () => answer() }, 0); });
  afterAll(async () => served.close());
  const verifier = (at = served.url) => createAccessTokenVerifier({
    issuer, clock: { now: () => now }, keys: createKeySet(new URL(`${at}/.well-known/jwks.json`), { now: () => now }),
  });

  test('are fetched from it', async () => {
    answer = () => Response.json(keySet);
    expect(await verifier()(await sign())).toMatchObject({ clientId: 'client-1' });
  });

  test.each<[what: string, broken: () => Response]>([
    ['fails', () => new Response('down', { status: 500 })],
    ['is not there', () => new Response('gone', { status: 404 })],
    ['leads elsewhere', () => new Response(null, { status: 302, headers: { location: 'http://127.0.0.1:9/' } })],
    ['is no JSON', () => new Response('<html>')],
    ['is another document', () => Response.json({ error: 'x' })],
    ['is empty', () => new Response('')],
    ['is too long', () => Response.json({ ...keySet, more: 'x'.repeat(100_000) })],
    ['holds a key that is none', () => Response.json({ keys: [{ ...keySet.keys[0], n: '' }] })],
  ])('where the set %s, nothing is said about the token', async (_what, broken) => {
    answer = broken;
    await expect(verifier()(await sign())).rejects.toMatchObject({ name: 'Unavailable', message: 'cognito GetKeys: the key set cannot be read' });
  });

  test('where nobody answers, nothing is said about the token', async () => {
    await expect(verifier('http://127.0.0.1:9')(await sign())).rejects.toMatchObject({ name: 'Unavailable' });
  });
});
