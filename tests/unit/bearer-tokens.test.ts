import { exportJWK, generateKeyPair, SignJWT, type JWTPayload } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import type { VerifyAccessToken } from '../../adapters/tokens/access-tokens.ts';
import { type VerifiedBearerToken, createBearerTokens } from '../../adapters/tokens/bearer-tokens.ts';
import type { UnauthorizedReason } from '../../core/authorization/principal.ts';
import { secondsAfter } from '../../core/clock.ts';
import type { Issuer } from '../../core/trust/records.ts';

const start = new Date('2026-11-20T10:00:00Z');
const seconds = start.getTime() / 1000;
const publicUrl = 'https://api.example';
const { privateKey, publicKey } = await generateKeyPair('ES256');
const { kty = '', crv = '', x = '', y = '' } = await exportJWK(publicKey);
const active: Issuer = {
  issuer: 'https://portal.acme.example',
  partnerId: 'acme',
  clientId: 'client-1',
  audiences: ['urn:sallyport'],
  principalClaim: 'sub',
  longestLife: 600,
  uses: ['bearer'],
  keys: [{ kid: 'one', jwk: { kty, crv, x, y }, algorithm: 'ES256', thumbprint: 'print' }],
  status: 'active',
  version: 1,
  changes: [],
};
const sign = (claims: JWTPayload = {}): Promise<string> =>
  new SignJWT({
    iss: active.issuer,
    sub: 'dana.li',
    aud: 'urn:sallyport',
    iat: seconds,
    exp: seconds + 300,
    ...claims,
  })
    .setProtectedHeader({ alg: 'ES256', kid: 'one' })
    .sign(privateKey);
const principal = { clientId: 'client-1', userId: 'dana.li', earlierClientIds: [], trustedFor: 'acme' };

let now: Date;
let issuer: Issuer | undefined;
let asked: string[];
let own: Awaited<ReturnType<VerifyAccessToken>>;
let used: Set<string>;
let judge: (token: string) => Promise<VerifiedBearerToken | UnauthorizedReason>;
beforeEach(() => {
  now = start;
  issuer = active;
  asked = [];
  own = { accepted: false, rule: 'issuer', why: 'Another one.' };
  used = new Set();
  judge = createBearerTokens({
    isUsed: (name, jti) => Promise.resolve(used.has(`${name} ${jti}`)),
    publicUrl,
    clock: { now: () => now },
    verify: () => Promise.resolve(own),
    readIssuer: (name) => {
      asked.push(name);
      return Promise.resolve(name === issuer?.issuer ? issuer : undefined);
    },
  });
});

describe("WF-10 a token of Cognito's or our own", () => {
  const said = {
    issuer: publicUrl,
    clientId: 'client-1',
    subject: 'client-1',
    scopes: ['a'],
    audiences: [publicUrl],
    issuedAt: start,
    expiresAt: secondsAfter(start, 900),
  };

  test('is believed until it expires, and nobody else is asked', async () => {
    own = { claims: said, keysValidUntil: secondsAfter(start, 901) };
    expect(await judge(await sign())).toEqual({
      principal: { clientId: 'client-1', earlierClientIds: [], scopes: ['a'] },
      expiresAt: said.expiresAt,
      validUntil: said.expiresAt,
    });
    expect(asked).toEqual([]);
  });

  // Threat T-94
  test('is believed no longer than the keys that verified it', async () => {
    own = { claims: said, keysValidUntil: secondsAfter(start, 7) };
    expect(await judge(await sign())).toEqual({
      principal: { clientId: 'client-1', earlierClientIds: [], scopes: ['a'] },
      expiresAt: said.expiresAt,
      validUntil: secondsAfter(start, 7),
    });
  });

  test("that is refused by another rule than its issuer is nobody else's", async () => {
    own = { accepted: false, rule: 'signature', why: 'No.' };
    expect(await judge(await sign())).toEqual(own);
    expect(asked).toEqual([]);
  });
});

describe("JWT-4 a third party's token", () => {
  const verified = {
    principal,
    expiresAt: secondsAfter(start, 300),
    issuer: { id: active.issuer, version: active.version },
  };

  test('is believed for ten seconds, together with its issuer', async () => {
    expect(await judge(await sign())).toEqual({ ...verified, validUntil: secondsAfter(start, 10) });
    now = secondsAfter(start, 9);
    // The issuer was read nine seconds ago: what follows from it ends with it.
    expect(await judge(await sign({ jti: 'another' }))).toEqual({
      ...verified,
      validUntil: secondsAfter(start, 10),
    });
    expect(asked).toEqual([active.issuer]);
    now = secondsAfter(start, 10);
    expect(await judge(await sign())).toEqual({ ...verified, validUntil: secondsAfter(start, 20) });
  });

  test('is believed no longer than it lives', async () => {
    expect(await judge(await sign({ exp: seconds + 4 }))).toEqual({
      ...verified,
      expiresAt: secondsAfter(start, 4),
      validUntil: secondsAfter(start, 4),
    });
  });

  test.each<[what: string, change: () => void, claims: JWTPayload, rule: string]>([
    [
      'whose issuer is not registered',
      () => {
        issuer = undefined;
      },
      {},
      'issuer',
    ],
    [
      'whose issuer is suspended',
      () => {
        issuer = { ...active, status: 'suspended' };
      },
      {},
      'issuer',
    ],
    [
      'whose issuer is not for calls',
      () => {
        issuer = { ...active, uses: ['assertion', 'session'] };
      },
      {},
      'use',
    ],
    [
      // Threat T-91
      'that was used up as a login or as an assertion',
      () => {
        used.add(`${active.issuer} once`);
      },
      { jti: 'once' },
      'revoked',
    ],
    ['without an issuer', () => undefined, { iss: '' }, 'issuer'],
    ['whose issuer has a very long name', () => undefined, { iss: `https://${'x'.repeat(600)}` }, 'issuer'],
    ['with a scope that is no text', () => undefined, { scope: 7 }, 'claims'],
  ])('%s is refused', async (_what, change, claims, rule) => {
    change();
    expect(await judge(await sign(claims))).toMatchObject({ rule });
  });

  test("that cannot be taken apart is nobody's", async () => {
    for (const token of ['', 'x', 'a.b.c', `${await sign()}.x`, 'x'.repeat(9000)]) {
      expect(await judge(token)).toEqual({
        rule: 'malformed',
        why: 'The call carries no token that is a JWS in compact form, of two JSON objects.',
      });
    }
    expect(asked).toEqual([]);
  });
});
