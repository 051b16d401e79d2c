import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import {
  calculateJwkThumbprint,
  CompactSign,
  exportJWK,
  exportSPKI,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
} from 'jose';
import { describe, expect, test } from 'vitest';
import {
  checkSample,
  claimedIssuer,
  verifyThirdPartyToken,
} from '../../adapters/tokens/third-party-verifier.ts';
import type { Issuer, TrustedAlgorithm, TrustedKey } from '../../core/trust/records.ts';
import { type KeyPair, rsaPair } from '../support/rsa-keys.ts';

const now = new Date('2026-11-20T10:00:00Z');
const seconds = now.getTime() / 1000;

async function pair(
  kid: string,
  algorithm: TrustedAlgorithm,
  { publicKey, privateKey }: KeyPair,
  times: Pick<TrustedKey, 'notBefore' | 'notAfter'> = {},
) {
  const jwk = Object.fromEntries(
    Object.entries(await exportJWK(publicKey)).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value]] : [],
    ),
  );
  const key: TrustedKey = {
    kid,
    jwk,
    algorithm,
    thumbprint: await calculateJwkThumbprint(publicKey),
    ...times,
  };
  return { key, publicKey, privateKey };
}
const rsa = await pair('rsa', 'RS256', rsaPair('first'), {
  notBefore: '2026-01-01T00:00:00.000Z',
  notAfter: '2027-01-01T00:00:00.000Z',
});
const successor = await pair('successor', 'RS256', rsaPair('second'));
const curve = await pair('curve', 'ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' }));
const edwards = await pair('edwards', 'EdDSA', generateKeyPairSync('ed25519'));
const expired = await pair('expired', 'RS256', rsaPair('third'), {
  notBefore: '2025-01-01T00:00:00.000Z',
  notAfter: '2026-11-20T10:00:00.000Z',
});
const tomorrows = await pair('tomorrows', 'RS256', rsaPair('fourth'), {
  notBefore: '2026-11-21T00:00:00.000Z',
  notAfter: '2027-11-21T00:00:00.000Z',
});
const stranger = await pair('rsa', 'RS256', rsaPair('fifth'));

const issuer: Issuer = {
  issuer: 'https://portal.acme.example',
  partnerId: 'acme',
  clientId: 'client-1',
  audiences: ['https://api.example/', 'urn:sallyport'],
  principalClaim: 'upn',
  longestLife: 600,
  uses: ['assertion'],
  keys: [rsa, successor, curve, edwards, expired, tomorrows].map(({ key }) => key),
  status: 'active',
  version: 1,
  changes: [],
};
const claims = {
  iss: issuer.issuer,
  sub: 'u-17',
  upn: 'dana.li',
  aud: 'urn:sallyport',
  iat: seconds - 60,
  nbf: seconds - 60,
  exp: seconds + 540,
  jti: 't-1',
};
const header = { alg: 'RS256', kid: 'rsa', typ: 'JWT' };
const sign = (
  payload: JWTPayload = claims,
  head: JWTHeaderParameters = header,
  key: Parameters<SignJWT['sign']>[0] = rsa.privateKey,
): Promise<string> => new SignJWT(payload).setProtectedHeader(head).sign(key);
const without = (...names: readonly string[]): JWTPayload =>
  Object.fromEntries(Object.entries(claims).filter(([each]) => !names.includes(each)));
/** Signs what jose would not make. */
const signText = (text: string): Promise<string> =>
  new CompactSign(Buffer.from(text)).setProtectedHeader(header).sign(rsa.privateKey);
const encoded = (part: unknown): string =>
  Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
const verify = (token: string, record: Issuer | undefined = issuer, at = now) =>
  verifyThirdPartyToken(token, record, at);
/** The rule that refused it. */
const ruleOf = async (token: string, record?: Issuer, at?: Date) => {
  const verdict = await verify(token, record, at);
  return verdict.accepted ? 'accepted' : verdict.rule;
};

describe("JWT-3 a third party's token", () => {
  test.each(['upn', 'sub'] as const)('names the local user by %s in any case', async (principalClaim) => {
    for (const name of ['Dana.Li@partner.example', 'DANA.LI@PARTNER.EXAMPLE']) {
      const payload = { ...claims, [principalClaim]: name };
      expect(await verify(await sign(payload), { ...issuer, principalClaim })).toMatchObject({
        accepted: true,
        token: { principal: 'dana.li@partner.example' },
      });
    }
  });

  test('is believed, and says whom it speaks of', async () => {
    expect(await verify(await sign())).toEqual({
      accepted: true,
      token: {
        issuer: issuer.issuer,
        principal: 'dana.li',
        audience: ['urn:sallyport'],
        issuedAt: new Date('2026-11-20T09:59:00Z'),
        expiresAt: new Date('2026-11-20T10:09:00Z'),
        jti: 't-1',
        key: { kid: 'rsa', algorithm: 'RS256' },
        limits: {},
      },
    });
  });

  test.each([
    ['successor', 'RS256', successor],
    ['curve', 'ES256', curve],
    ['edwards', 'EdDSA', edwards],
  ])('signed with the key %s is believed', async (kid, alg, { privateKey }) => {
    expect(await verify(await sign(claims, { alg, kid }, privateKey))).toEqual({
      accepted: true,
      token: {
        key: { kid, algorithm: alg },
        issuer: issuer.issuer,
        principal: 'dana.li',
        audience: ['urn:sallyport'],
        issuedAt: new Date('2026-11-20T09:59:00.000Z'),
        expiresAt: new Date('2026-11-20T10:09:00.000Z'),
        jti: 't-1',
        limits: {},
      },
    });
  });

  // Threat T-94
  test.each<[what: string, longestLife: number, life: number, accepted: boolean]>([
    ['for a day, if the record allows a week', 604_800, 86_400, true],
    ['for longer than a day, whatever the record allows', 604_800, 86_401, false],
    ['for a minute, if the record sets no limit that can be read', Number.NaN, 60, false],
  ])('that lives %s', async (_what, longestLife, life, accepted) => {
    const token = await sign({ ...claims, exp: claims.iat + life });
    expect(await verifyThirdPartyToken(token, { ...issuer, longestLife }, now)).toMatchObject(
      accepted ? { accepted } : { accepted, rule: 'lifetime' },
    );
  });

  test('without a kid is of any key that is pinned to its algorithm', async () => {
    expect(await verify(await sign(claims, { alg: 'RS256' }, successor.privateKey))).toEqual({
      accepted: true,
      token: {
        key: { kid: 'successor', algorithm: 'RS256' },
        issuer: issuer.issuer,
        principal: 'dana.li',
        audience: ['urn:sallyport'],
        issuedAt: new Date('2026-11-20T09:59:00.000Z'),
        expiresAt: new Date('2026-11-20T10:09:00.000Z'),
        jti: 't-1',
        limits: {},
      },
    });
    expect(await ruleOf(await sign(claims, { alg: 'RS256' }, expired.privateKey))).toBe('signature');
  });

  test('may have several audiences, no jti, no nbf, and clocks a minute apart', async () => {
    const said = {
      ...without('jti', 'nbf'),
      aud: ['urn:other', 'https://api.example/'],
      iat: seconds + 60,
      exp: seconds + 61,
    };
    const verdict = await verify(await sign(said));
    expect(verdict).toEqual({
      accepted: true,
      token: {
        audience: said.aud,
        issuer: issuer.issuer,
        principal: 'dana.li',
        issuedAt: new Date('2026-11-20T10:01:00.000Z'),
        expiresAt: new Date('2026-11-20T10:01:01.000Z'),
        key: { kid: 'rsa', algorithm: 'RS256' },
        limits: {},
      },
    });
    expect(verdict.accepted && 'jti' in verdict.token).toBe(false);
    expect(await ruleOf(await sign({ ...claims, exp: seconds - 59 }))).toBe('accepted');
    expect(await ruleOf(await sign({ ...claims, nbf: seconds + 60 }))).toBe('accepted');
  });

  test.each<[what: string, payload: JWTPayload, rule: string]>([
    ['of another issuer', { ...claims, iss: `${issuer.issuer}/` }, 'issuer'],
    ['of no issuer', without('iss'), 'issuer'],
    ['that has expired', { ...claims, exp: seconds - 60 }, 'expiry'],
    ['that never expires', without('exp'), 'expiry'],
    ['that is not valid yet', { ...claims, nbf: seconds + 61 }, 'not_before'],
    ['from the future', { ...claims, iat: seconds + 61 }, 'issued_at'],
    ['that was never issued', without('iat'), 'issued_at'],
    ['that lives too long', { ...claims, exp: seconds + 541 }, 'lifetime'],
    ['that expires before it is issued', { ...claims, iat: seconds + 30, exp: seconds + 30 }, 'lifetime'],
    ['meant for somebody else', { ...claims, aud: 'urn:other' }, 'audience'],
    // Threat T-34
    ['meant for the beginning of us', { ...claims, aud: 'urn:sally' }, 'audience'],
    ['meant for nobody', without('aud'), 'audience'],
    ['meant for an empty list', { ...claims, aud: [] }, 'audience'],
    ['of nobody', without('upn'), 'principal'],
    ['of an empty name', { ...claims, upn: '' }, 'principal'],
    ['of a name with a line break', { ...claims, upn: 'dana.li\n' }, 'principal'],
    ['of a long name', { ...claims, upn: 'x'.repeat(101) }, 'principal'],
    ['of a user in a group', { ...claims, upn: 'dana.li in 00g1' }, 'principal'],
    [
      'of a name with a letter that only lower case turns into k',
      { ...claims, upn: '\u212Aarl.li' },
      'principal',
    ],
    ['with an empty jti', { ...claims, jti: '' }, 'claims'],
  ])('%s is refused', async (_what, payload, rule) => {
    expect(await ruleOf(await sign(payload))).toBe(rule);
  });

  test.each<[claim: string, value: unknown, rule: string]>([
    ...['1764000000', true, [], {}, [seconds + 100], -1, 1e308].flatMap(
      (value): [string, unknown, string][] => [
        ['exp', value, 'expiry'],
        ['nbf', value, 'not_before'],
        ['iat', value, 'issued_at'],
      ],
    ),
    ['exp', null, 'expiry'],
    ['iat', null, 'issued_at'],
    ['aud', null, 'audience'],
    ['upn', null, 'principal'],
    ['aud', 7, 'audience'],
    ['aud', ['urn:sallyport', 7], 'audience'],
    ['aud', { 'urn:sallyport': true }, 'audience'],
    ['upn', ['dana.li'], 'principal'],
    ['upn', 17, 'principal'],
    ['sub', 17, 'claims'],
    ['sub', ['u-17'], 'claims'],
    ['jti', 1, 'claims'],
    ['iss', [issuer.issuer], 'issuer'],
  ])('with %s: %j is refused', async (claim, value, rule) => {
    expect(await ruleOf(await signText(JSON.stringify({ ...claims, [claim]: value })))).toBe(rule);
  });

  test.each(['nbf', 'jti', 'sub'])('with %s: null is as one without it', async (claim) => {
    const withNull = await verify(await signText(JSON.stringify({ ...claims, [claim]: null })));
    expect(withNull).toEqual(await verify(await sign(without(claim))));
    expect(withNull.accepted).toBe(true);
    expect(withNull.accepted && 'jti' in withNull.token).toBe(claim !== 'jti');
  });

  test('whose principal claim sub is null is of nobody', async () => {
    const token = await signText(JSON.stringify({ ...claims, sub: null }));
    expect(await ruleOf(token, { ...issuer, principalClaim: 'sub' })).toBe('principal');
  });

  test('with a number that JSON cannot hold is refused', async () => {
    expect(await ruleOf(await signText(JSON.stringify(claims).replace(/"exp":\d+/u, '"exp":1e999')))).toBe(
      'expiry',
    );
  });
});

describe("JWT-2 the issuer's record", () => {
  // Threat T-67
  test.each(['draft', 'suspended', 'ended'] as const)('that is %s believes nothing', async (status) => {
    expect(await verify(await sign(), { ...issuer, status })).toEqual({
      accepted: false,
      rule: 'issuer',
      why: `The issuer is not switched on: ${status}.`,
    });
  });

  test('that is not there believes nothing', async () => {
    expect(await verifyThirdPartyToken(await sign(), undefined, now)).toEqual({
      accepted: false,
      rule: 'issuer',
      why: 'The issuer is not registered.',
    });
  });

  test('that is a draft is shown whether a sample would be believed', async () => {
    expect(await checkSample(await sign(), { ...issuer, status: 'draft' }, now)).toEqual(
      await verify(await sign()),
    );
    expect(
      await checkSample(await sign({ ...claims, aud: 'urn:other' }), { ...issuer, status: 'draft' }, now),
    ).toEqual({
      accepted: false,
      rule: 'audience',
      why: 'The audience of the token is none of those that are registered for its issuer.',
    });
  });

  test('is looked up by the issuer that a token claims', async () => {
    expect(claimedIssuer(await sign())).toBe(issuer.issuer);
    for (const iss of ['', 7, 'x'.repeat(513)]) {
      expect(claimedIssuer(`${encoded(header)}.${encoded({ iss })}.AA`)).toBeUndefined();
    }
    expect(claimedIssuer('x')).toBeUndefined();
  });
});

// Threat T-33
describe('JWT-3 a forged token', () => {
  test.each<[what: string, token: () => Promise<string> | string, rule: string]>([
    ['of a kid that is not there', () => sign(claims, { ...header, kid: 'other' }), 'kid'],
    [
      'of a kid of another type',
      async () => `${encoded({ ...header, kid: ['rsa'] })}.${(await sign()).split('.').slice(1).join('.')}`,
      'kid',
    ],
    [
      'of a certificate that has expired',
      () => sign(claims, { ...header, kid: 'expired' }, expired.privateKey),
      'kid',
    ],
    [
      'of a certificate that is not valid yet',
      () => sign(claims, { ...header, kid: 'tomorrows' }, tomorrows.privateKey),
      'kid',
    ],
    [
      'signed by nobody',
      async () => `${encoded({ ...header, alg: 'none' })}.${(await sign()).split('.').slice(1).join('.')}`,
      'alg',
    ],
    [
      'signed by nOnE',
      async () => `${encoded({ ...header, alg: 'nOnE' })}.${(await sign()).split('.').slice(1).join('.')}`,
      'alg',
    ],
    [
      'without an algorithm',
      async () => `${encoded({ kid: 'rsa' })}.${(await sign()).split('.').slice(1).join('.')}`,
      'alg',
    ],
    [
      'signed with the public key as a shared secret',
      async () => sign(claims, { ...header, alg: 'HS256' }, Buffer.from(await exportSPKI(rsa.publicKey))),
      'alg',
    ],
    [
      'by an algorithm that the key is not pinned to',
      async () => {
        const key = await crypto.subtle.importKey(
          'jwk',
          { ...(await exportJWK(rsa.privateKey)) },
          { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-512' },
          false,
          ['sign'],
        );
        return sign(claims, { ...header, alg: 'RS512' }, key);
      },
      'alg',
    ],
    ['by a stranger', () => sign(claims, header, stranger.privateKey), 'signature'],
    ['by the key of another kid', () => sign(claims, header, successor.privateKey), 'signature'],
    [
      'with other claims',
      async () => {
        const [head = '', , signature = ''] = (await sign()).split('.');
        return `${head}.${encoded({ ...claims, upn: 'root' })}.${signature}`;
      },
      'signature',
    ],
    [
      'with a key of its own',
      async () => sign(claims, { ...header, jwk: await exportJWK(stranger.publicKey) }, stranger.privateKey),
      'header',
    ],
    ['with the address of a key', () => sign(claims, { ...header, jku: 'https://evil.example/' }), 'header'],
    ['with a certificate', () => sign(claims, { ...header, x5c: ['AA=='] }), 'header'],
    [
      'with the address of a certificate',
      () => sign(claims, { ...header, x5u: 'https://evil.example/' }),
      'header',
    ],
    [
      'with something critical',
      async () =>
        `${encoded({ ...header, crit: ['exp'], exp: 1 })}.${(await sign()).split('.').slice(1).join('.')}`,
      'header',
    ],
    [
      'without base64',
      async () => `${encoded({ ...header, b64: false })}.${(await sign()).split('.').slice(1).join('.')}`,
      'header',
    ],
    ['made for something else', () => sign(claims, { ...header, typ: 'logout+jwt' }), 'header'],
    ['of four parts', async () => `${await sign()}.AA`, 'malformed'],
    ['without signature', async () => `${(await sign()).split('.').slice(0, 2).join('.')}.`, 'malformed'],
    ['with a space', async () => ` ${await sign()}`, 'malformed'],
    ['of 9 KB', () => sign({ ...claims, more: 'x'.repeat(9000) }), 'malformed'],
    ['of a list', () => `${encoded(header)}.${encoded([claims])}.AA`, 'malformed'],
    [
      'of bytes that are no text',
      async () =>
        `${encoded(header)}.${Buffer.from([0x7b, 0xff, 0x7d]).toString('base64url')}.${(await sign()).split('.')[2] ?? ''}`,
      'malformed',
    ],
  ])('%s is refused', async (_what, token, rule) => {
    expect(await ruleOf(await token())).toBe(rule);
  });

  // Threat T-33
  test('of any shape is refused, never an error', async () => {
    const [, payload = '', signature = ''] = (await sign()).split('.');
    const part = fc.oneof(fc.string({ unit: 'binary' }), fc.base64String(), fc.json().map(encoded));
    await fc.assert(
      fc.asyncProperty(part, part, part, async (one, two, three) => {
        for (const text of [
          one,
          `${one}.${two}`,
          `${one}.${two}.${three}`,
          `${one}.${payload}.${signature}`,
        ]) {
          expect(await ruleOf(text)).not.toBe('accepted');
        }
      }),
    );
    const head = fc.record(
      {
        alg: fc.oneof(fc.constantFrom('RS256', 'ES256', 'none', 'HS256', ''), fc.jsonValue()),
        kid: fc.oneof(fc.constantFrom('rsa', 'curve', '__proto__', 'constructor'), fc.jsonValue()),
        typ: fc.jsonValue(),
        crit: fc.jsonValue(),
        zip: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(head, async (each) => {
        expect(await ruleOf(`${encoded(each)}.${payload}.${signature}`)).not.toBe('accepted');
      }),
    );
    // The issuer itself has signed this one, and it may name any user.
    const mayBe = (name: string, value: unknown): boolean =>
      ['nbf', 'sub', 'jti', '__proto__'].includes(name) || (name === 'upn' && typeof value === 'string');
    const claim = fc.dictionary(fc.constantFrom(...Object.keys(claims), '__proto__'), fc.jsonValue());
    await fc.assert(
      fc.asyncProperty(claim, async (changed) => {
        const verdict = await ruleOf(await signText(JSON.stringify({ ...claims, ...changed })));
        if (Object.entries(changed).some(([name, value]) => !mayBe(name, value))) {
          expect(verdict).not.toBe('accepted');
        }
      }),
      { numRuns: 50 },
    );
  });
});
