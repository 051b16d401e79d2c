import { createLocalJWKSet, exportJWK, exportSPKI, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { createOperatorTokenVerifier } from '../../adapters/tokens/operator-token-verifier.ts';
import { Unavailable } from '../../core/errors.ts';
import { publishedKeys } from '../support/fakes/published-keys.ts';
import { rsaKeys } from '../support/rsa-keys.ts';

const issuer = 'https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_operators';
const regionalIssuer = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_operators';
const issuers = [issuer, regionalIssuer];
const clientId = 'operators';
const now = new Date('2026-11-20T10:00:00Z');
const seconds = now.getTime() / 1000;
const claims = {
  iss: issuer,
  sub: 'a-subject',
  token_use: 'access',
  client_id: clientId,
  scope: 'openid',
  'cognito:groups': ['operator'],
  email: 'Ada@operators.example',
  iat: seconds - 60,
  exp: seconds + 900,
};
const [ours, theirs] = [rsaKeys('first'), rsaKeys('second')];
const keys = createLocalJWKSet({
  keys: [{ ...(await exportJWK(ours.publicKey)), kid: 'key-1', alg: 'RS256', use: 'sig' }],
});
const verify = createOperatorTokenVerifier({
  issuers,
  clientId,
  clock: { now: () => now },
  keysOf: () => publishedKeys(keys),
});
const sign = (
  payload: JWTPayload = claims,
  alg = 'RS256',
  key: Parameters<SignJWT['sign']>[0] = ours.privateKey,
) => new SignJWT(payload).setProtectedHeader({ alg, kid: 'key-1' }).sign(key);
const without = (name: string): JWTPayload =>
  Object.fromEntries(Object.entries(claims).filter(([each]) => each !== name));

describe("an operator's access token", () => {
  test('says who it is and in which groups', async () => {
    expect(await verify(await sign())).toEqual({
      subject: 'a-subject',
      mailbox: 'ada@operators.example',
      groups: ['operator'],
    });
  });

  test('names the mailbox only if the user pool has verified it, which the claim says by being there', async () => {
    for (const payload of [without('email'), { ...claims, email: '' }, { ...claims, email: 'Ada <a@b.c>' }]) {
      expect(await verify(await sign(payload))).toMatchObject({ subject: 'a-subject', mailbox: undefined });
    }
    expect(await verify(await sign({ ...claims, email: 5 }))).toBeUndefined();
  });

  test('may bear either name of the pool, and is held to the keys of the one that it bears', async () => {
    const asked: string[] = [];
    const either = createOperatorTokenVerifier({
      issuers,
      clientId,
      clock: { now: () => now },
      keysOf: (of) =>
        publishedKeys(async (...token) => {
          asked.push(of);
          return keys(...token);
        }),
    });
    for (const iss of issuers) {
      expect(await either(await sign({ ...claims, iss }))).toEqual({
        subject: 'a-subject',
        mailbox: 'ada@operators.example',
        groups: ['operator'],
      });
    }
    expect(await either(await sign({ ...claims, iss: 'https://elsewhere.example' }))).toBeUndefined();
    expect(asked).toEqual(issuers);
  });

  test('may name no group', async () => {
    expect(await verify(await sign(without('cognito:groups')))).toEqual({
      subject: 'a-subject',
      mailbox: 'ada@operators.example',
      groups: [],
    });
  });

  test.each<[what: string, payload: JWTPayload]>([
    [
      "of the partners' pool",
      { ...claims, iss: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_sallyport' },
    ],
    ['of no issuer', without('iss')],
    ['that is an id token', { ...claims, token_use: 'id', aud: clientId }],
    ['of another application of the pool', { ...claims, client_id: 'another' }],
    ['of no application', without('client_id')],
    ['of nobody', without('sub')],
    ['of an empty subject', { ...claims, sub: '' }],
    ['that has expired this second', { ...claims, exp: seconds }],
    ['that never expires', without('exp')],
    ['whose groups are a text', { ...claims, 'cognito:groups': 'approver' }],
    ['whose groups are no texts', { ...claims, 'cognito:groups': [{ operator: true }] }],
  ])('%s is refused', async (_, payload) => {
    expect(await verify(await sign(payload))).toBeUndefined();
  });

  test('signed by somebody else, by nobody, or with the public key as a secret is refused', async () => {
    expect(await verify(await sign(claims, 'RS256', theirs.privateKey))).toBeUndefined();
    expect(await verify(new UnsecuredJWT(claims).encode())).toBeUndefined();
    expect(
      await verify(await sign(claims, 'HS256', new TextEncoder().encode(await exportSPKI(ours.publicKey)))),
    ).toBeUndefined();
    expect(
      await verify(
        await sign(
          claims,
          'PS256',
          await crypto.subtle.importKey(
            'jwk',
            await exportJWK(ours.privateKey),
            { name: 'RSA-PSS', hash: 'SHA-256' },
            false,
            ['sign'],
          ),
        ),
      ),
    ).toBeUndefined();
  });

  // Threat T-94
  test('lives for an hour at most, and is not from the future', async () => {
    const life = (iat: number, exp: number) => sign({ ...claims, iat, exp });
    expect(await verify(await life(seconds - 60, seconds + 3540))).toEqual({
      subject: 'a-subject',
      mailbox: 'ada@operators.example',
      groups: ['operator'],
    });
    for (const token of [
      life(seconds - 60, seconds + 3541),
      life(seconds + 61, seconds + 900),
      sign(without('iat')),
    ]) {
      expect(await verify(await token)).toBeUndefined();
    }
  });

  test("says nothing where the pool's keys cannot be had", async () => {
    const deaf = createOperatorTokenVerifier({
      issuers,
      clientId,
      clock: { now: () => now },
      keysOf: () => () => Promise.reject(new TypeError('fetch failed')),
    });
    await expect(deaf(await sign())).rejects.toThrow(
      new Unavailable({ service: 'cognito', operation: 'GetKeys', detail: 'the key set cannot be read' }),
    );
  });
});
