import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { JWK } from 'jose';
import { describe, expect, test } from 'vitest';
import { createKeyReader } from '../../adapters/trust/key-reader.ts';
import { readUndisclosedKeys } from '../../core/trust/disclosed-keys.ts';
import type { KeyUpload } from '../../core/trust/key-upload.ts';
import { fakeDisclosedKeys } from '../support/fakes/disclosed-keys.ts';

interface Pair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}
const rsa: Pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const p256: Pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed25519: Pair = generateKeyPairSync('ed25519');
const publicOf = ({ publicKey }: Pair): JWK => ({ ...publicKey.export({ format: 'jwk' }), kid: 'acme-1' });
const secretOf = ({ privateKey }: Pair): JWK => privateKey.export({ format: 'jwk' });
const only = (jwk: JWK, ...names: readonly string[]): JWK =>
  Object.fromEntries(
    Object.entries(jwk).filter(([name]) => ['kty', 'crv', 'x', 'y', 'n', 'e', ...names].includes(name)),
  );
const asJwks = (...keys: readonly JWK[]): KeyUpload => ({ kind: 'jwks', document: { keys } });
const asPem = (key: KeyObject, type: 'pkcs1' | 'pkcs8' | 'sec1' | 'spki'): KeyUpload => ({
  kind: 'pem',
  text: String(key.export({ format: 'pem', type })),
});
const atUrl: KeyUpload = { kind: 'jwksUrl', url: 'https://acme.example/keys' };

/** Reads uploads for partners, one after the other, as the operator API and the sweep do. */
function partners() {
  let published: readonly JWK[] = [];
  const reading = {
    disclosedKeys: fakeDisclosedKeys(),
    readKeys: createKeyReader({
      clock: { now: () => new Date('2026-11-20T10:00:00Z') },
      readJson: () => Promise.resolve({ keys: published }),
    }),
  };
  const read = (upload: KeyUpload, partnerId = 'acme') => readUndisclosedKeys(reading, upload, partnerId);
  return {
    upload: async (upload: KeyUpload, partnerId?: string): Promise<string> =>
      read(upload, partnerId).then(
        ({ keys }) => `${keys.length} taken`,
        (error: unknown) => String(error instanceof Error && error.message),
      ),
    publish: async (keys: readonly JWK[], partnerId?: string) => {
      published = keys;
      const { keys: taken, leftOut, warnings } = await read(atUrl, partnerId);
      return { taken: taken.length, leftOut, warnings };
    },
  };
}

// Threat T-111
describe('JWT-1 a key whose private half was disclosed', () => {
  const secrets: readonly [what: string, pair: Pair, disclosing: KeyUpload][] = [
    ['an RSA key', rsa, asJwks(secretOf(rsa))],
    ['an RSA key by its exponent alone', rsa, asJwks(only(secretOf(rsa), 'd'))],
    ['an RSA key by a factor alone', rsa, asJwks(only(secretOf(rsa), 'q'))],
    ['an EC key', p256, asJwks(secretOf(p256))],
    ['an Ed25519 key', ed25519, asJwks(secretOf(ed25519))],
    ['an RSA key in PEM', rsa, asPem(rsa.privateKey, 'pkcs8')],
    ['an RSA key in PEM of its own form', rsa, asPem(rsa.privateKey, 'pkcs1')],
    ['an EC key in PEM of its own form', p256, asPem(p256.privateKey, 'sec1')],
  ];

  test.each(secrets)(
    'is refused to everybody from then on, in every form: %s',
    async (_what, pair, secret) => {
      const { upload, publish } = partners();
      expect(await upload(asJwks(publicOf(pair)))).toBe('1 taken');
      expect(await upload(secret)).toBe('private_key');
      for (const partnerId of ['acme', 'other']) {
        expect(await upload(asJwks(publicOf(pair)), partnerId)).toBe('private_key');
        expect(await upload(asPem(pair.publicKey, 'spki'), partnerId)).toBe('private_key');
        expect(await publish([publicOf(pair)], partnerId)).toEqual({
          taken: 0,
          leftOut: [{ key: 'acme-1', code: 'private_key' }],
          warnings: [
            'acme-1: its private key was disclosed before, so it is not taken any more. Have it replaced.',
          ],
        });
      }
    },
  );

  test('is left out of the set that showed it, when the set no longer does', async () => {
    const { upload, publish } = partners();
    const other = publicOf(p256);
    expect(await publish([secretOf(rsa), other])).toMatchObject({ taken: 1 });
    expect(await publish([publicOf(rsa), other])).toMatchObject({
      taken: 1,
      leftOut: [{ key: 'acme-1', code: 'private_key' }],
    });
    expect(await upload(asJwks(publicOf(rsa)), 'other')).toBe('private_key');
  });

  test.each<[what: string, invented: JWK]>([
    ['an exponent', { d: 'AQAB' }],
    ['a factor', { p: 'Aw' }],
    ['the modulus for a factor', { p: secretOf(rsa).n ?? '' }],
    [
      'the members of another key',
      only(secretOf(generateKeyPairSync('rsa', { modulusLength: 2048 })), 'd', 'p', 'q', 'dp', 'dq', 'qi'),
    ],
    ['what is not base64url', { d: '*' }],
  ])('is refused to its partner alone where %s may be invented', async (_what, invented) => {
    const { upload } = partners();
    expect(await upload(asJwks({ ...invented, ...publicOf(rsa) }), 'acme')).toBe('private_key');
    expect(await upload(asJwks(publicOf(rsa)), 'acme')).toBe('private_key');
    expect(await upload(asJwks(publicOf(rsa)), 'victim')).toBe('1 taken');
  });
});
