import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import { digestOf } from '../../adapters/tokens/access-tokens.ts';
import { createRevocableTokens, createThirdPartyTokens } from '../../adapters/tokens/third-party-tokens.ts';
import type { Issuer } from '../../core/trust/records.ts';
import { issuerOf, now, nowSeconds, publicUrl } from '../support/fakes/token-world.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const { kty = '', crv = '', x = '' } = publicKey.export({ format: 'jwk' });
const key = { kid: 'k1', jwk: { crv, kty, x }, algorithm: 'EdDSA', thumbprint: 'k1' } as const;

let issuer: Issuer;
let denied: Set<string>;
beforeEach(() => {
  issuer = issuerOf({ keys: [key] });
  denied = new Set();
});
const registry = {
  clock: { now: () => now },
  findIssuer: (name: string) => Promise.resolve(name === issuer.issuer ? issuer : undefined),
};
const tokens = createThirdPartyTokens({
  ...registry,
  isDenied: (digest) => Promise.resolve(denied.has(digest)),
});
const revocable = createRevocableTokens(registry);

function signed(claims: object = {}, by: KeyObject = privateKey): string {
  const parts = [
    { alg: 'EdDSA', kid: 'k1' },
    {
      iss: issuer.issuer,
      aud: publicUrl,
      sub: 'dana.li',
      iat: nowSeconds,
      exp: nowSeconds + 300,
      ...claims,
    },
  ].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
  return [...parts, sign(null, Buffer.from(parts.join('.')), by).toString('base64url')].join('.');
}

test('OAU-5 a revoked token is refused by that rule, and another one is not', async () => {
  const token = signed();
  denied.add(digestOf(token));
  expect(await tokens.verify(token)).toEqual({ refusedBy: 'revoked' });
  expect(await tokens.verify(signed({ jti: 'other' }))).toMatchObject({ token: { principal: 'dana.li' } });
});

test('OAU-5 a token is revoked for its issuer’s client, for as long as any clock accepts it', async () => {
  const token = signed();
  expect(await revocable.find(token)).toEqual({
    clientId: 'client-1',
    digest: digestOf(token),
    expiresAt: new Date((nowSeconds + 360) * 1000),
  });
});

test.each(['suspended', 'draft'] as const)(
  'OAU-5 a token of an issuer that is %s can be revoked, because it may be accepted later',
  async (status) => {
    issuer = issuerOf({ keys: [key], status });
    expect(await tokens.verify(signed())).toEqual({ refusedBy: 'issuer' });
    expect(await revocable.find(signed())).toMatchObject({ clientId: 'client-1' });
  },
);

test('OAU-5 a token that is not valid yet can be revoked', async () => {
  const start = nowSeconds + 7200;
  for (const claims of [
    { nbf: start, exp: start + 10, iat: start - 100 },
    { iat: start, exp: start + 300 },
  ]) {
    expect(await tokens.verify(signed(claims))).toHaveProperty('refusedBy');
    expect(await revocable.find(signed(claims))).toMatchObject({ clientId: 'client-1' });
  }
});

test('OAU-5 a token is not revoked that nobody would ever accept', async () => {
  const other = generateKeyPairSync('ed25519').privateKey;
  for (const token of [
    signed({}, other),
    signed({ iss: 'https://elsewhere.example' }),
    signed({ exp: nowSeconds - 3600, iat: nowSeconds - 3900 }),
    signed({ nbf: 1e300 }),
    signed({ iat: 'now' }),
    'nonsense',
    '',
  ]) {
    expect(await revocable.find(token)).toBeUndefined();
  }
});
