import fc from 'fast-check';
import {
  CompactSign,
  createLocalJWKSet,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  SignJWT,
  UnsecuredJWT,
  type JWTHeaderParameters,
  type JWTPayload,
} from 'jose';
import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createAccessTokens,
  createAccessTokenVerifier,
  digestOf,
} from '../../adapters/tokens/access-tokens.ts';
import { createKeySet, type ReadKeySet } from '../../adapters/tokens/key-set.ts';
import { Unavailable } from '../../core/errors.ts';
import { serve, type Served } from '../../local/kernel/serve.ts';
import { publishedKeys } from '../support/fakes/published-keys.ts';
import { rsaKeys } from '../support/rsa-keys.ts';

const issuer = 'https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_sallyport';
const regionalIssuer = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_sallyport';
const publicUrl = 'https://api.example';
const now = new Date('2026-11-20T10:00:00Z');
const seconds = now.getTime() / 1000;
const header = { alg: 'RS256', kid: 'key-1' };
const claims = {
  iss: issuer,
  token_use: 'access',
  client_id: 'client-1',
  sub: 'client-1',
  scope: 'credit-reports/read credit-reports/write',
  iat: seconds - 60,
  exp: seconds + 900,
  jti: 'a1',
  version: 2,
};

const [ours, theirs] = [rsaKeys('first'), rsaKeys('second')];
const curve = await generateKeyPair('ES256');
const keySet = {
  keys: [
    { ...(await exportJWK(ours.publicKey)), kid: 'key-1', alg: 'RS256', use: 'sig' },
    { ...(await exportJWK(curve.publicKey)), kid: 'key-2', use: 'sig' },
  ],
};
const weakKey = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' });
const clock = { now: () => now };
const denied = new Set<string>();
const tokensBy = (keysOf: (issuer: string) => ReadKeySet) =>
  createAccessTokens({
    verify: createAccessTokenVerifier({
      issuers: { pool: [issuer, regionalIssuer], publicUrl },
      clock,
      keysOf,
    }),
    isDenied: (digest) => Promise.resolve(denied.has(digest)),
  });
const accessTokens = tokensBy(() => publishedKeys(createLocalJWKSet(keySet)));
const verify = (token: string) => accessTokens.verify(token);
/** The rule that refused it. */
const ruleOf = async (token: string): Promise<string> => {
  const verdict = await verify(token);
  return 'refusedBy' in verdict ? verdict.refusedBy : 'accepted';
};
const sign = async (
  payload: JWTPayload = claims,
  head: JWTHeaderParameters = header,
  key: Parameters<SignJWT['sign']>[0] = ours.privateKey,
): Promise<string> => new SignJWT(payload).setProtectedHeader(head).sign(key);
const without = (name: keyof typeof claims): JWTPayload =>
  Object.fromEntries(Object.entries(claims).filter(([each]) => each !== name));
const encoded = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url');

describe('WF-10 an access token', () => {
  test('says who may do what until when', async () => {
    const token = await sign();
    expect(await verify(token)).toEqual({
      issuer,
      clientId: 'client-1',
      subject: 'client-1',
      scopes: ['credit-reports/read', 'credit-reports/write'],
      issuedAt: new Date('2026-11-20T09:59:00Z'),
      expiresAt: new Date('2026-11-20T10:15:00Z'),
      digest: digestOf(token),
    });
  });

  test('may bear either name of the pool, and is held to the keys of the one that it bears', async () => {
    const asked: string[] = [];
    const either = tokensBy((of) =>
      publishedKeys(async (...token) => {
        asked.push(of);
        return createLocalJWKSet(keySet)(...token);
      }),
    );
    for (const iss of [issuer, regionalIssuer]) {
      const token = await sign({ ...claims, iss });
      expect(await either.verify(token)).toEqual({
        issuer: iss,
        clientId: 'client-1',
        subject: 'client-1',
        scopes: ['credit-reports/read', 'credit-reports/write'],
        issuedAt: new Date('2026-11-20T09:59:00.000Z'),
        expiresAt: new Date('2026-11-20T10:15:00.000Z'),
        digest: digestOf(token),
      });
    }
    expect(asked).toEqual([issuer, regionalIssuer]);
  });

  test('may hold no scope at all', async () => {
    const token = await sign({ ...claims, scope: '' });
    expect(await verify(token)).toEqual({
      scopes: [],
      issuer,
      clientId: 'client-1',
      subject: 'client-1',
      issuedAt: new Date('2026-11-20T09:59:00.000Z'),
      expiresAt: new Date('2026-11-20T10:15:00.000Z'),
      digest: digestOf(token),
    });
  });

  test.each<[what: string, payload: JWTPayload, rule: string]>([
    ['of another issuer', { ...claims, iss: `${issuer}2` }, 'issuer'],
    ['of no issuer', without('iss'), 'issuer'],
    ['that has expired this second', { ...claims, exp: seconds }, 'expiry'],
    ['that never expires', without('exp'), 'expiry'],
    ['that is not valid yet', { ...claims, nbf: seconds + 1 }, 'not_before'],
    ['that was never issued', without('iat'), 'issued_at'],
    ['that was issued in the future', { ...claims, iat: seconds + 61 }, 'issued_at'],
    // Threat T-94
    ['that lives too long', { ...claims, exp: seconds + 3541 }, 'lifetime'],
    ['that expires when it is issued', { ...claims, iat: seconds + 1, exp: seconds + 1 }, 'lifetime'],
    ['that is an id token', { ...claims, token_use: 'id' }, 'claims'],
    ['that does not say what it is', without('token_use'), 'claims'],
    ['of no client', without('client_id'), 'claims'],
    ['of an empty client', { ...claims, client_id: '' }, 'claims'],
    ['of a client that is no text', { ...claims, client_id: 7 }, 'claims'],
    ['of nobody', without('sub'), 'claims'],
    ['without scope', without('scope'), 'claims'],
    ['with a number for a scope', { ...claims, scope: 7 }, 'claims'],
    ['that is bound to a key', { ...claims, cnf: { jkt: 'thumbprint' } }, 'claims'],
  ])('%s is refused', async (_what, payload, rule) => {
    expect(await ruleOf(await sign(payload))).toBe(rule);
  });

  test.each(['1764000000', null, true, [], {}, -1, 1e308])('with %j for a time is refused', async (value) => {
    const signed = (changed: Record<string, unknown>): Promise<string> =>
      new CompactSign(Buffer.from(JSON.stringify({ ...claims, ...changed })))
        .setProtectedHeader(header)
        .sign(ours.privateKey);
    expect(
      await Promise.all(['exp', 'nbf', 'iat'].map(async (claim) => ruleOf(await signed({ [claim]: value })))),
    ).toEqual(['expiry', 'not_before', 'issued_at']);
  });

  test('may live for an hour, and come from a clock that is a minute ahead', async () => {
    expect(await ruleOf(await sign({ ...claims, exp: seconds + 3540 }))).toBe('accepted');
    expect(await ruleOf(await sign({ ...claims, iat: seconds + 60, exp: seconds + 900 }))).toBe('accepted');
  });

  test('is valid up to the last second', async () => {
    const token = await sign({ ...claims, exp: seconds + 1, nbf: seconds });
    expect(await verify(token)).toEqual({
      clientId: 'client-1',
      issuer,
      subject: 'client-1',
      scopes: ['credit-reports/read', 'credit-reports/write'],
      issuedAt: new Date('2026-11-20T09:59:00.000Z'),
      expiresAt: new Date('2026-11-20T10:00:01.000Z'),
      digest: digestOf(token),
    });
  });
});

describe('WF-10 a forged token', () => {
  test('signed by nobody is refused', async () => {
    expect(await ruleOf(new UnsecuredJWT(claims).encode())).toBe('malformed');
    const [, payload = '', signature = ''] = (await sign()).split('.');
    for (const alg of ['none', 'None', 'NONE', 'nOnE']) {
      expect(await ruleOf(`${encoded({ alg, kid: 'key-1' })}.${payload}.`)).toBe('malformed');
    }
    for (const alg of ['none', 'None', 'NONE', 'nOnE', 'rs256', undefined, ['RS256']]) {
      expect(await ruleOf(`${encoded({ alg, kid: 'key-1' })}.${payload}.${signature}`)).toBe('alg');
    }
  });

  // Threat T-51
  test('signed with the public key as a shared secret is refused', async () => {
    const secret = Buffer.from(await exportSPKI(ours.publicKey));
    expect(await ruleOf(await sign(claims, { alg: 'HS256', kid: 'key-1' }, secret))).toBe('alg');
  });

  test("signed by another key, under our key's name or its own, is refused", async () => {
    expect(await ruleOf(await sign(claims, header, theirs.privateKey))).toBe('signature');
    expect(await ruleOf(await sign(claims, { ...header, kid: 'key-9' }, theirs.privateKey))).toBe('kid');
    expect(
      await ruleOf(
        await sign(claims, { ...header, jwk: await exportJWK(theirs.publicKey) }, theirs.privateKey),
      ),
    ).toBe('header');
  });

  test('signed by another algorithm is refused, even with a key of the set', async () => {
    expect(
      await ruleOf(
        await sign(claims, { alg: 'PS256', kid: 'key-1' }, (await generateKeyPair('PS256')).privateKey),
      ),
    ).toBe('alg');
    expect(await ruleOf(await sign(claims, { alg: 'ES256', kid: 'key-2' }, curve.privateKey))).toBe('alg');
    expect(await ruleOf(await sign(claims, { ...header, kid: 'key-2' }))).toBe('kid');
  });

  test.each([' ', '\t', ' d.e.f', '=', '.'])('with %j after it is refused', async (more) => {
    expect(await ruleOf(`${await sign()}${more}`)).toBe('malformed');
  });

  test('with changed claims is refused', async () => {
    const [head = '', , signature = ''] = (await sign()).split('.');
    expect(await ruleOf(`${head}.${encoded({ ...claims, client_id: 'client-2' })}.${signature}`)).toBe(
      'signature',
    );
  });

  test('of any shape is refused, never an error', async () => {
    const [, payload = '', signature = ''] = (await sign()).split('.');
    const part = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.base64String(),
      fc.json().map((json) => Buffer.from(json).toString('base64url')),
    );
    const head = fc.record(
      {
        alg: fc.constantFrom('RS256', 'none', 'HS256', '', 7),
        kid: fc.oneof(fc.constantFrom('key-1', '__proto__'), fc.jsonValue()),
        b64: fc.jsonValue(),
        crit: fc.jsonValue(),
        zip: fc.jsonValue(),
        typ: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(part, part, part, async (one, two, three) => {
        for (const text of [
          one,
          `${one}.${two}`,
          `${one}.${two}.${three}`,
          `${one}.${payload}.${signature}`,
          `${one}.${two}.${three}.x.y`,
        ]) {
          expect(await ruleOf(text)).not.toBe('accepted');
        }
      }),
    );
    await fc.assert(
      fc.asyncProperty(head, async (each) => {
        expect(['kid', 'alg', 'header', 'signature']).toContain(
          await ruleOf(`${encoded(each)}.${payload}.${signature}`),
        );
      }),
    );
  });
});

describe('WF-9 an access token of our own', () => {
  const own = {
    iss: publicUrl,
    client_id: 'client-1',
    sub: 'dana.li',
    aud: publicUrl,
    scope: 'credit-reports/read',
    iat: seconds - 60,
    exp: seconds + 900,
    jti: 'o1',
  };
  const typed = { ...header, typ: 'at+jwt' };
  const signOwn = (changed: JWTPayload = {}, head: JWTHeaderParameters = typed): Promise<string> =>
    sign({ ...own, ...changed }, head);

  test('says who may do what for whom, and where', async () => {
    const act = { sub: 'client-2', act: { sub: 'client-3' } };
    const token = await signOwn({
      aud: [`${publicUrl}/apis/credit-reports`, 'urn:other'],
      act,
      may_act: { sub: 'client-4' },
    });
    expect(await verify(token)).toEqual({
      issuer: publicUrl,
      clientId: 'client-1',
      subject: 'dana.li',
      scopes: ['credit-reports/read'],
      audiences: [`${publicUrl}/apis/credit-reports`, 'urn:other'],
      act,
      mayAct: { sub: 'client-4' },
      issuedAt: new Date('2026-11-20T09:59:00Z'),
      expiresAt: new Date('2026-11-20T10:15:00Z'),
      digest: digestOf(token),
    });
  });

  // Threat T-51
  test.each([
    ['at+jwt', 'accepted'],
    ['application/at+jwt', 'accepted'],
    ['AT+JWT', 'accepted'],
    ['JWT', 'header'],
    ['secevent+jwt', 'header'],
    [undefined, 'header'],
  ])('whose typ is %s is %s', async (typ, rule) => {
    expect(await ruleOf(await signOwn({}, { ...header, ...(typ !== undefined && { typ }) }))).toBe(rule);
  });

  test.each<[what: string, changed: JWTPayload, rule: string]>([
    ['that lives too long', { exp: seconds + 3541 }, 'lifetime'],
    ['meant for nobody', { aud: [] }, 'audience'],
    ['meant for somebody else', { aud: 'urn:other' }, 'audience'],
    [
      'meant for an address that begins like ours',
      { aud: `${publicUrl}.evil.example/apis/credit-reports` },
      'audience',
    ],
    ['of nobody', { sub: '' }, 'claims'],
    ['without an id', { jti: '' }, 'claims'],
    ['whose actor is nobody', { act: {} }, 'claims'],
    ['whose actor is a text', { act: 'client-2' }, 'claims'],
    ['which nobody may act with', { may_act: { sub: 7 } }, 'claims'],
  ])('%s is refused', async (_what, changed, rule) => {
    expect(await ruleOf(await signOwn(changed))).toBe(rule);
  });

  test('is denied by what was signed, however its signature is written', async () => {
    const token = await signOwn({ jti: 'denied' });
    denied.add(digestOf(token));
    expect(await ruleOf(token)).toBe('revoked');
    expect(digestOf(`${token}=`)).toBe(digestOf(token));
    expect(await ruleOf(await signOwn({ jti: 'another' }))).toBe('accepted');
  });
});

describe("WF-10 the issuer's keys", () => {
  let served: Served;
  let answer = (): Response => Response.json(keySet);
  beforeAll(async () => {
    served = await serve({ fetch: () => answer() }, 0);
  });
  afterAll(async () => served.close());
  const verifier =
    (at = served.url) =>
    (token: string) =>
      tokensBy(() => createKeySet(new URL(`${at}/.well-known/jwks.json`), clock)).verify(token);

  test('are fetched from it', async () => {
    answer = () => Response.json(keySet);
    const token = await sign();
    expect(await verifier()(token)).toEqual({
      clientId: 'client-1',
      issuer,
      subject: 'client-1',
      scopes: ['credit-reports/read', 'credit-reports/write'],
      issuedAt: new Date('2026-11-20T09:59:00.000Z'),
      expiresAt: new Date('2026-11-20T10:15:00.000Z'),
      digest: digestOf(token),
    });
  });

  test.each<[what: string, broken: () => Response]>([
    ['fails', () => new Response('down', { status: 500 })],
    ['is not there', () => new Response('gone', { status: 404 })],
    [
      'leads elsewhere',
      () => new Response(null, { status: 302, headers: { location: 'http://127.0.0.1:9/' } }),
    ],
    ['is no JSON', () => new Response('<html>')],
    ['is another document', () => Response.json({ error: 'x' })],
    ['is empty', () => new Response('')],
    ['is too long', () => Response.json({ ...keySet, more: 'x'.repeat(100_000) })],
    [
      'holds a weak key',
      () => Response.json({ keys: [{ ...weakKey, kid: 'key-1', alg: 'RS256', use: 'sig' }] }),
    ],
    ['holds a key that is none', () => Response.json({ keys: [{ ...keySet.keys[0], n: '' }] })],
  ])('where the set %s, nothing is said about the token', async (_what, broken) => {
    answer = broken;
    await expect(verifier()(await sign())).rejects.toThrow(
      new Unavailable({ service: 'cognito', operation: 'GetKeys', detail: 'the key set cannot be read' }),
    );
  });

  test('where nobody answers, nothing is said about the token', async () => {
    await expect(verifier('http://127.0.0.1:9')(await sign())).rejects.toThrow(
      new Unavailable({ service: 'cognito', operation: 'GetKeys', detail: 'the key set cannot be read' }),
    );
  });
});
