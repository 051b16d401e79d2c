import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  pbkdf2Sync,
  X509Certificate,
} from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { calculateJwkThumbprint, type JWK } from 'jose';
import rc2 from 'node-forge/lib/rc2.js';
import util from 'node-forge/lib/util.js';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { childrenOf, type Element, explicit, octetsOf, readElement } from '../../adapters/trust/asn1.ts';
import { createKeyReader } from '../../adapters/trust/key-reader.ts';
import { Unavailable } from '../../core/errors.ts';
import { InvalidKeys } from '../../core/trust/key-errors.ts';
import type { KeyUpload } from '../../core/trust/key-upload.ts';
import type { TrustedAlgorithm } from '../../core/trust/records.ts';
import { certificateOf, tlv } from '../support/certificates.ts';
import { rsaPair } from '../support/rsa-keys.ts';

const file = (name: string): Buffer => readFileSync(new URL(`../support/keys/${name}`, import.meta.url));
const pem = (name: string): string => file(`${name}.pem`).toString('utf8');
const jwkOf = (name: string): JWK => new X509Certificate(pem(name)).publicKey.export({ format: 'jwk' });
const keystore = (name: string, password = 'throwaway', alias = 'acme-signing') =>
  ({ kind: 'pkcs12', file: file(`${name}.p12`).toString('base64'), password, alias }) as const;

const midYear = new Date('2030-06-01T00:00:00Z');
const reader = (now = midYear) =>
  createKeyReader({
    clock: { now: () => now },
    readJson: () => Promise.reject(new Error('nothing is fetched')),
  });
const read = (upload: KeyUpload, now?: Date) => reader(now)(upload);
/** The faults' codes. */
async function refusal(upload: KeyUpload, now?: Date): Promise<readonly string[]> {
  const error: unknown = await read(upload, now).then(
    () => expect.fail('taken'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof InvalidKeys)) throw error;
  expect(JSON.stringify(error.faults)).not.toMatch(/throwaway|Schlüssel/u);
  return error.faults.map(({ code }) => code);
}

const oid = (hex: string): Buffer => tlv(0x06, Buffer.from(hex, 'hex'));
const derOf = (element = expect.fail('no element') as Element): Buffer =>
  tlv(
    element.tagClass | element.type | (element.constructed ? 0x20 : 0),
    ...(typeof element.value === 'string'
      ? [Buffer.from(element.value, 'latin1')]
      : element.value.map((each) => derOf(each))),
  );

const rsa = jwkOf('rsa');
const bare = {
  jwk: { e: rsa.e, kty: 'RSA', n: rsa.n },
  algorithm: 'RS256',
  thumbprint: await calculateJwkThumbprint(rsa),
};
/** What is read from the certificate of this name. */
async function keyIn(name: string, algorithm: string) {
  const { validFromDate, validToDate } = new X509Certificate(pem(name));
  return {
    jwk: jwkOf(name),
    algorithm,
    thumbprint: await calculateJwkThumbprint(jwkOf(name)),
    notBefore: validFromDate.toISOString(),
    notAfter: validToDate.toISOString(),
  };
}
const rsaKey = await keyIn('rsa', 'RS256');
const withKeyWarning =
  'The keystore holds a private key. It was not decrypted and not kept; the third party should send its certificate alone.';

describe('JWT-1 a keystore', () => {
  test.each([
    ['encrypted as today', 'modern', 'Schlüssel-16', [withKeyWarning]],
    ['encrypted as of old: RC2-40, 3DES, SHA-1', 'legacy', 'Schlüssel-16', [withKeyWarning]],
    ['by RC2-128', 'legacy-rc2-128', 'throwaway', []],
    ['by 3DES', 'legacy-3des', 'throwaway', []],
    ['by AES-128, with a MAC of SHA-512', 'aes-128', 'throwaway', []],
    ['not encrypted, with an empty password', 'plain', '', []],
  ])(
    '%s gives the certificate of the alias, and only its public key',
    async (_what, name, password, warnings) => {
      expect(await read(keystore(name, password))).toEqual({
        keys: [{ kid: 'acme-signing', ...rsaKey }],
        warnings,
      });
    },
  );

  test('of Java gives each certificate by its alias', async () => {
    expect(await read(keystore('java', 'throwaway', 'rsa'))).toEqual({
      keys: [{ kid: 'rsa', ...rsaKey }],
      warnings: [],
    });
    expect(await read({ ...keystore('java', 'throwaway', 'p256'), kid: 'key-7' })).toEqual({
      keys: [
        {
          kid: 'key-7',
          algorithm: 'ES256',
          jwk: jwkOf('p256'),
          thumbprint: 'woh3_H22zxff40s3NFPGQ8rksFWtG9iMkvwEqHdsqkQ',
          notBefore: '2026-11-21T01:15:28.000Z',
          notAfter: '2126-10-28T01:15:28.000Z',
        },
      ],
      warnings: [],
    });
    expect(await read(keystore('java-legacy', 'throwaway', 'rsa'))).toEqual({
      keys: [{ kid: 'rsa', ...rsaKey }],
      warnings: [],
    });
  });

  /** The same keystore as another program would write it. */
  const rewritten = (
    password: string,
    macData: (authenticated: Buffer) => Buffer,
    octets: (bytes: Buffer) => Buffer,
    tail = Buffer.alloc(0),
  ) => {
    const authenticated = octetsOf(explicit(childrenOf(childrenOf(readElement(file('aes-128.p12')))[1]), 0));
    const pfx = Buffer.concat([
      tlv(0x02, Buffer.from([3])),
      tlv(0x30, oid('2a864886f70d010701'), tlv(0xa0, octets(authenticated))),
      macData(authenticated),
    ]);
    return {
      kind: 'pkcs12',
      file: (tail.length === 0
        ? tlv(0x30, pfx)
        : Buffer.concat([Buffer.from([0x30, 0x80]), pfx, tail])
      ).toString('base64'),
      password,
      alias: 'acme-signing',
    } as const;
  };

  test('with a MAC of PBMAC1 (RFC 9879) is opened by its password alone', async () => {
    const hmacSha512 = tlv(0x30, oid('2a864886f70d020b'), tlv(0x05));
    const [salt, count] = [Buffer.from('a salt'), 1000];
    const pbkdf2 = tlv(
      0x30,
      oid('2a864886f70d01050c'),
      tlv(
        0x30,
        tlv(0x04, salt),
        tlv(0x02, Buffer.from([count >> 8, count & 0xff])),
        tlv(0x02, Buffer.from([64])),
        hmacSha512,
      ),
    );
    const macData = (authenticated: Buffer) => {
      const mac = createHmac('sha512', pbkdf2Sync('throwaway', salt, count, 64, 'sha512'))
        .update(authenticated)
        .digest();
      const algorithm = tlv(0x30, oid('2a864886f70d01050e'), tlv(0x30, pbkdf2, hmacSha512));
      return tlv(
        0x30,
        tlv(0x30, algorithm, tlv(0x04, mac)),
        tlv(0x04, Buffer.from('not used')),
        tlv(0x02, Buffer.from([1])),
      );
    };
    expect(await read(rewritten('throwaway', macData, (bytes) => tlv(0x04, bytes)))).toEqual({
      keys: [{ kid: 'acme-signing', ...rsaKey }],
      warnings: [],
    });
    expect(await refusal(rewritten('Throwaway', macData, (bytes) => tlv(0x04, bytes)))).toEqual([
      'wrong_password',
    ]);
  });

  test('in BER, of unknown length and in pieces, is the same', async () => {
    const macData = () => derOf(childrenOf(readElement(file('aes-128.p12')))[2]);
    const pieces = (bytes: Buffer) =>
      Buffer.concat([
        Buffer.from([0x24, 0x80]),
        tlv(0x04, bytes.subarray(0, 100)),
        tlv(0x04, bytes.subarray(100)),
        Buffer.alloc(2),
      ]);
    expect(await read(rewritten('throwaway', macData, pieces, Buffer.alloc(2)))).toEqual({
      keys: [{ kid: 'acme-signing', ...rsaKey }],
      warnings: [],
    });
  });

  test('with a chain gives the certificate that the alias names, not its authority', async () => {
    expect(await read(keystore('with-chain'))).toEqual({
      keys: [
        {
          jwk: jwkOf('issued'),
          kid: 'acme-signing',
          algorithm: 'ES256',
          thumbprint: '799LCDqftH9uNnefWHBKEI9r9jqGrQyPYOzci-sxTAA',
          notBefore: '2026-11-21T01:15:38.000Z',
          notAfter: '2126-10-28T01:15:38.000Z',
        },
      ],
      warnings: [withKeyWarning],
    });
  });

  test.each([
    ['another password', keystore('modern', 'schlüssel-16'), 'wrong_password'],
    ['another password, of old', keystore('legacy', ''), 'wrong_password'],
    ['no such alias', keystore('modern', 'Schlüssel-16', 'acme'), 'unknown_alias'],
    ['no alias at all', keystore('without-alias'), 'unknown_alias'],
    ['two of the alias', keystore('same-alias'), 'ambiguous_alias'],
    ['no MAC', keystore('without-mac'), 'not_supported'],
    ['RC4', keystore('rc4'), 'not_supported'],
    ['too many iterations', keystore('iterations'), 'too_many_iterations'],
    ['no base64', { ...keystore('modern'), file: '!' }, 'malformed'],
    ['nothing', { ...keystore('modern'), file: '' }, 'malformed'],
    [
      'a certificate in PEM',
      { ...keystore('modern'), file: file('rsa.pem').toString('base64') },
      'malformed',
    ],
    ['65 KB', { ...keystore('modern'), file: Buffer.alloc(66_000).toString('base64') }, 'too_large'],
    ['a novel for a password', keystore('modern', 'x'.repeat(1001)), 'too_large'],
  ])('with %s is refused: %s', async (_what, upload, code) => {
    expect(await refusal(upload)).toEqual([code]);
  });

  test('without the alias is refused with those that are there', async () => {
    await expect(read(keystore('java', 'throwaway', 'RSA'))).rejects.toThrow(
      new InvalidKeys([
        { code: 'unknown_alias', allowed: 'No certificate has this alias. There are: "rsa", "p256".' },
      ]),
    );
    await expect(read(keystore('without-alias'))).rejects.toThrow(
      new InvalidKeys([
        {
          code: 'unknown_alias',
          allowed:
            'No certificate has this alias. No certificate in the keystore has one: have it exported with a name.',
        },
      ]),
    );
  });

  // Threat T-65
  test('of any bytes is refused, never an error', async () => {
    const names = ['modern', 'legacy', 'java', 'plain', 'with-chain', 'legacy-rc2-128'];
    const bytes = fc.constantFrom(...names).chain((name) => {
      const whole = file(`${name}.p12`);
      const changes = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), {
        minLength: 1,
        maxLength: 4,
      });
      return fc.tuple(changes, fc.integer({ min: 1, max: whole.length })).map(([each, length]) => {
        const changed = Buffer.from(whole);
        for (const [at, byte] of each) changed[at] = byte;
        return changed.subarray(0, length);
      });
    });
    const nested = fc
      .integer({ min: 1, max: 30_000 })
      .map((depth) => Buffer.alloc(depth * 2, Buffer.from([0x30, 0x80])));
    await fc.assert(
      fc.asyncProperty(fc.oneof(bytes, fc.uint8Array({ maxLength: 200 }), nested), async (each) => {
        const upload = { ...keystore('modern'), file: Buffer.from(each).toString('base64') };
        await read(upload).catch((error: unknown) => {
          expect(error).toBeInstanceOf(InvalidKeys);
        });
      }),
      { numRuns: 200 },
    );
  });
});

describe('JWT-1 PEM', () => {
  test('holds certificates and public keys, several of them', async () => {
    const { keys, warnings } = await read({
      kind: 'pem',
      text: `Bag attributes\n${pem('rsa')}\n${pem('ed25519').replaceAll('\n', '\r\n')}${pem('p384')}`,
    });
    expect(keys.map(({ algorithm, kid, thumbprint }) => [algorithm, kid === thumbprint])).toEqual([
      ['RS256', true],
      ['EdDSA', true],
      ['ES384', true],
    ]);
    expect(warnings).toEqual([]);
    for (const name of ['rsa-public', 'rsa-pkcs1']) {
      expect(await read({ kind: 'pem', text: pem(name), kid: 'acme' })).toEqual({
        keys: [{ kid: 'acme', ...bare }],
        warnings: [],
      });
    }
  });

  test.each([
    ['p256', 'ES256'],
    ['p384', 'ES384'],
    ['p521', 'ES512'],
    ['ed25519', 'EdDSA'],
    ['rsa', 'RS256'],
    ['pss-sha256', 'RS256'],
    ['signs', 'ES256'],
  ])('%s is pinned to %s', async (name, algorithm) => {
    const key = await keyIn(name, algorithm);
    expect(await read({ kind: 'pem', text: pem(name) })).toEqual({
      keys: [{ kid: key.thumbprint, ...key }],
      warnings: [],
    });
  });

  test('is pinned to the algorithm that the operator chose, where it fits', async () => {
    expect(await read({ kind: 'pem', text: pem('rsa'), algorithm: 'PS512' })).toEqual({
      keys: [{ ...rsaKey, kid: rsaKey.thumbprint, algorithm: 'PS512' }],
      warnings: [],
    });
    expect(await read({ kind: 'pem', text: pem('ed25519'), algorithm: 'Ed25519' })).toEqual({
      keys: [
        {
          algorithm: 'Ed25519',
          kid: 'E4NBOUg0etqf2AXIuRl88nUM6XdtogpIzEdWpxLPwGM',
          jwk: { crv: 'Ed25519', kty: 'OKP', x: 'Mpmd1dXEyUkAK2CNzc3eF2V4QORzrcYqAMrKZ5XOA2w' },
          thumbprint: 'E4NBOUg0etqf2AXIuRl88nUM6XdtogpIzEdWpxLPwGM',
          notBefore: '2026-11-21T01:15:28.000Z',
          notAfter: '2126-10-28T01:15:28.000Z',
        },
      ],
      warnings: [],
    });
    expect(await refusal({ kind: 'pem', text: pem('rsa'), algorithm: 'ES256' })).toEqual([
      'algorithm_mismatch',
    ]);
    expect(await refusal({ kind: 'pem', text: pem('p256'), algorithm: 'ES384' })).toEqual([
      'algorithm_mismatch',
    ]);
  });

  const privateKey = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' });
  test.each<[what: string, text: string, codes: readonly string[]]>([
    ['RSA of 1024 bits', pem('rsa-1024'), ['weak_key']],
    ['RSA with the exponent 3', pem('rsa-exponent-3'), ['weak_key']],
    ['a signature over SHA-1', pem('sha1'), ['weak_signature']],
    ['a signature over MD5', pem('md5'), ['weak_signature']],
    ['a signature of RSASSA-PSS over SHA-1', pem('pss-sha1'), ['weak_signature']],
    ['a key of RSASSA-PSS alone', pem('rsa-pss-key'), ['unsupported_key']],
    ['secp256k1', pem('secp256k1'), ['unsupported_key']],
    ['a Brainpool curve', pem('brainpool'), ['unsupported_key']],
    ['Ed448', pem('ed448'), ['unsupported_key']],
    ['a key that only encrypts', pem('ciphers-only'), ['not_for_signatures']],
    ['several faults', `${pem('rsa-1024')}${pem('sha1')}`, ['weak_key', 'weak_signature']],
    ['the same key twice', `${pem('rsa')}${pem('rsa-public')}`, ['duplicate_key']],
    ['a chain', `${pem('issued')}${pem('authority')}`, ['issuing_certificate']],
    ['a private key', `${pem('rsa')}${String(privateKey)}`, ['private_key']],
    ['nothing', 'no PEM', ['no_key']],
    ['another block', pem('rsa').replaceAll('CERTIFICATE', 'X509 CRL'), ['malformed']],
    ['half a block', pem('rsa').slice(0, 600), ['malformed']],
    ['a key for a certificate', pem('rsa-public').replaceAll('PUBLIC KEY', 'CERTIFICATE'), ['malformed']],
    ['65 KB', `${pem('rsa')}${' '.repeat(65_000)}`, ['too_large']],
  ])('with %s is refused', async (_what, text, codes) => {
    expect(await refusal({ kind: 'pem', text })).toEqual(codes);
  });

  // Threat T-63
  test('with a kid is refused for several keys, or where the kid is none', async () => {
    expect(await refusal({ kind: 'pem', text: `${pem('rsa')}${pem('p256')}`, kid: 'acme' })).toEqual([
      'bad_kid',
    ]);
    for (const kid of ['', 'a\nb', 'x'.repeat(201)]) {
      expect(await refusal({ kind: 'pem', text: pem('rsa'), kid })).toEqual(['bad_kid']);
    }
  });

  test('of any text is refused, never an error', async () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '-----BEGIN ',
        'CERTIFICATE',
        'PUBLIC KEY',
        '-----',
        '-----END ',
        '\n',
        pem('p256'),
        pem('p256').slice(40, 300),
      ),
      fc.base64String(),
      fc.string(),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
        await read({ kind: 'pem', text: pieces.join('') }).catch((error: unknown) => {
          expect(error).toBeInstanceOf(InvalidKeys);
        });
      }),
    );
    expect(await refusal({ kind: 'pem', text: '-----BEGIN CERTIFICATE-----'.repeat(2400) })).toEqual([
      'too_many_keys',
    ]);
  });
});

describe("JWT-1 a certificate's time", () => {
  const text = pem('year');
  test.each<[now: string, warnings: readonly string[]]>([
    ['2030-01-01T12:00:00Z', []],
    ['2030-10-01T00:00:00Z', []],
    [
      '2030-11-01T12:00:00Z',
      [expect.stringMatching(/^The certificate of \S{43} expires in 60 days\.$/u) as string],
    ],
  ])('at %s it is taken', async (now, warnings) => {
    const key = await keyIn('year', 'RS256');
    expect(await read({ kind: 'pem', text }, new Date(now))).toEqual({
      keys: [
        {
          ...key,
          kid: key.thumbprint,
          notBefore: '2030-01-01T00:00:00.000Z',
          notAfter: '2031-01-01T00:00:00.000Z',
        },
      ],
      warnings,
    });
  });

  // Threat T-63
  test('before and after it is refused, with the moment', async () => {
    await expect(read({ kind: 'pem', text }, new Date('2029-12-31T23:59:59Z'))).rejects.toThrow(
      new InvalidKeys([
        {
          code: 'not_yet_valid',
          allowed: 'Block 1: it is valid from 2030-01-01T00:00:00.000Z on; register it then.',
        },
      ]),
    );
    await expect(read({ kind: 'pem', text }, new Date('2031-01-01T00:00:00Z'))).rejects.toThrow(
      new InvalidKeys([
        {
          code: 'expired',
          allowed:
            'Block 1: it expired at 2031-01-01T00:00:00.000Z; a certificate is in force when it is registered.',
        },
      ]),
    );
  });
});

describe('JWT-1 a JWK set', () => {
  const base64 = (name: string): string => new X509Certificate(pem(name)).raw.toString('base64');
  const set = (...keys: readonly object[]): KeyUpload => ({ kind: 'jwks', document: { keys } });

  test('gives its keys for signatures and leaves the others out', async () => {
    const { keys, warnings } = await read(
      set(
        {
          ...rsa,
          kid: 'one',
          alg: 'PS256',
          use: 'sig',
          x5c: [base64('rsa')],
          'https://acme.example/note': 'x',
        },
        { ...jwkOf('p256'), key_ops: ['verify'] },
        { ...jwkOf('p384'), use: 'enc' },
        { ...jwkOf('p384'), alg: 'ECDH-ES' },
        { ...jwkOf('p384'), key_ops: ['deriveKey'] },
        { kty: 'OKP', crv: 'X25519', x: 'AA' },
        jwkOf('secp256k1'),
        { kty: 'new' },
      ),
    );
    const thumbprint = await calculateJwkThumbprint(jwkOf('p256'));
    expect(keys).toEqual([
      { kid: 'one', ...rsaKey, algorithm: 'PS256' },
      { kid: thumbprint, thumbprint, algorithm: 'ES256', jwk: jwkOf('p256') },
    ]);
    expect(warnings).toEqual([
      'Key 3 is left out: its use is not sig.',
      'Key 4 is left out: its alg is not one of those that are accepted.',
      'Key 5 is left out: its key_ops are without verify.',
      ...[6, 7, 8].map(
        (number) => `Key ${number} is left out: its type or curve is not one of those that are accepted.`,
      ),
    ]);
  });

  const { privateKey } = rsaPair('first');
  const secret: JWK = privateKey.export({ format: 'jwk' });
  test.each<[what: string, upload: KeyUpload, codes: readonly string[]]>([
    ['a private key', set(rsa, secret), ['private_key']],
    ['some private member', set({ ...rsa, dp: 'AQ' }), ['private_key']],
    ['a shared secret', set({ kty: 'oct', k: 'c2VjcmV0', alg: 'HS256' }), ['symmetric_key']],
    ['the public key as a shared secret', set({ ...rsa, k: 'AQ' }), ['symmetric_key']],
    ['a weak key', set({ ...jwkOf('rsa-1024') }), ['weak_key']],
    ['the exponent 1', set({ ...rsa, e: 'AQ' }), ['weak_key']],
    ['an even exponent', set({ ...rsa, e: 'AQAC' }), ['weak_key']],
    ['an endless exponent', set({ ...rsa, e: rsa.n }), ['weak_key']],
    ['a point off its curve', set({ ...jwkOf('p256'), y: jwkOf('p384').x?.slice(0, 43) }), ['malformed']],
    ['the neighbour of base64url', set({ ...rsa, n: `${rsa.n ?? ''}=` }), ['malformed']],
    ['an alg of another type', set({ ...rsa, alg: 'ES256' }), ['algorithm_mismatch']],
    ['an alg of another curve', set({ ...jwkOf('p256'), alg: 'ES384' }), ['algorithm_mismatch']],
    ['a certificate of another key', set({ ...rsa, x5c: [base64('rsa-successor')] }), ['malformed']],
    ['no certificate for one', set({ ...rsa, x5c: 'x' }), ['malformed']],
    ['a certificate over SHA-1', set({ ...jwkOf('sha1'), x5c: [base64('sha1')] }), ['weak_signature']],
    ['the same key twice', set({ ...rsa, kid: 'one' }, { ...rsa, kid: 'two' }), ['duplicate_key']],
    ['one kid for two', set({ ...rsa, kid: 'one' }, { ...jwkOf('p256'), kid: 'one' }), ['duplicate_kid']],
    ['a number for a kid', set({ ...rsa, kid: 1 }), ['bad_kid']],
    [
      'eleven keys',
      set(
        ...Array.from({ length: 11 }, () =>
          generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }),
        ),
      ),
      ['too_many_keys'],
    ],
    ['51 keys', set(...Array.from({ length: 51 }, () => ({}))), ['malformed']],
    ['keys for other uses alone', set({ ...rsa, use: 'enc' }), ['no_key']],
    ['no keys', set(), ['no_key']],
    ['a key that is none', { kind: 'jwks', document: { keys: ['x'] } }, ['malformed']],
    ['one key without a set', { kind: 'jwks', document: rsa }, ['malformed']],
    ['nothing', { kind: 'jwks', document: undefined }, ['malformed']],
  ])('with %s is refused', async (_what, upload, codes) => {
    expect(await refusal(upload)).toEqual(codes);
  });

  test('has its own alg and the chosen one agree', async () => {
    expect(await read({ ...set({ ...rsa, alg: 'RS512' }), algorithm: 'RS512' })).toEqual({
      keys: [{ ...bare, kid: bare.thumbprint, algorithm: 'RS512' }],
      warnings: [],
    });
    expect(await refusal({ ...set({ ...rsa, alg: 'RS512' }), algorithm: 'RS256' })).toEqual([
      'algorithm_mismatch',
    ]);
  });

  // Threat T-64
  test('keeps public members alone', async () => {
    const { keys } = await read(
      set({ ...rsa, oth2: 'x', x5u: 'https://acme.example/', __proto__: { a: 1 } }),
    );
    expect(Object.keys(keys[0]?.jwk ?? {})).toEqual(['e', 'kty', 'n']);
    expect(
      createPublicKey({ key: { ...keys[0]?.jwk }, format: 'jwk' }).equals(
        createPublicKey(createPrivateKey(privateKey.export({ format: 'pem', type: 'pkcs8' }))),
      ),
    ).toBe(false);
  });

  test('of any JSON is refused, never an error', async () => {
    const member = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom('RSA', 'EC', 'OKP', 'oct', 'P-256', 'Ed25519', 'sig', 'RS256', rsa.n, 'AQAB'),
    );
    const names = ['kty', 'crv', 'n', 'e', 'x', 'y', 'kid', 'alg', 'use', 'key_ops', 'x5c', '__proto__'];
    const jwk = fc.dictionary(fc.constantFrom(...names), member);
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.jsonValue(), fc.record({ keys: fc.array(jwk, { maxLength: 4 }) })),
        async (document) => {
          await read({ kind: 'jwks', document }).catch((error: unknown) => {
            expect(error).toBeInstanceOf(InvalidKeys);
          });
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('JWT-1 an address of keys', () => {
  const at = (readJson: (url: string) => Promise<unknown>) =>
    createKeyReader({ clock: { now: () => midYear }, readJson })({
      kind: 'jwksUrl',
      url: 'https://acme.example/keys',
      algorithm: 'RS512',
    });

  test('is read', async () => {
    expect(
      await at((url) => Promise.resolve(url === 'https://acme.example/keys' ? { keys: [rsa] } : {})),
    ).toEqual({
      keys: [{ ...bare, kid: bare.thumbprint, algorithm: 'RS512' }],
      warnings: [],
      leftOut: [],
      disclosed: [],
    });
  });

  // Threat T-66
  test('that does not answer, or with no set, is refused', async () => {
    await expect(
      at(() =>
        Promise.reject(new Unavailable({ service: 'jwks', operation: 'GetKeys', detail: 'HTTP 404' })),
      ),
    ).rejects.toThrow(
      new InvalidKeys([{ code: 'unreadable', allowed: 'The address must answer with a JWK set: HTTP 404.' }]),
    );
    await expect(at(() => Promise.resolve([]))).rejects.toThrow(
      new InvalidKeys([
        {
          code: 'malformed',
          allowed: 'A JWK set is an object with the member keys, a list of keys.',
        },
      ]),
    );
  });
});

describe('JWT-1 the keys of a published set', () => {
  const published = async (entries: readonly unknown[], algorithm?: TrustedAlgorithm) => {
    const { keys, leftOut, warnings } = await createKeyReader({
      clock: { now: () => midYear },
      readJson: () => Promise.resolve({ keys: entries }),
    })({
      kind: 'jwksUrl',
      url: 'https://acme.example/keys',
      ...(algorithm !== undefined && { algorithm }),
    });
    return { keys: keys.map(({ kid }) => kid), leftOut, warnings, whole: keys };
  };
  const good = { ...rsa, kid: 'good' };
  const successor = jwkOf('rsa-successor');
  const pair = rsaPair('first');
  const ofPair: JWK = pair.publicKey.export({ format: 'jwk' });
  const x5c = (times: Parameters<typeof certificateOf>[1]) => [certificateOf(pair, times).toString('base64')];
  const withCertificate = (times: Parameters<typeof certificateOf>[1]) => ({
    ...ofPair,
    kid: 'odd',
    x5c: x5c(times),
  });

  // Threat T-85
  test.each<[what: string, entry: unknown, key: string, code: string]>([
    ['an expired certificate', withCertificate({ notAfter: '20300501000000Z' }), 'odd', 'expired'],
    [
      'a certificate of the future',
      withCertificate({ notBefore: '20310101000000Z' }),
      'odd',
      'not_yet_valid',
    ],
    ['a date that is none', withCertificate({ notAfter: '20301399999999Z' }), 'odd', 'malformed'],
    [
      'an oversized object identifier',
      withCertificate({ extensionOid: Buffer.from('ff'.repeat(40) + '01', 'hex') }),
      'odd',
      'malformed',
    ],
    ['a certificate of another key', { ...successor, kid: 'odd', x5c: x5c({}) }, 'odd', 'malformed'],
    ['a weak key', { ...jwkOf('rsa-1024'), kid: 'odd' }, 'odd', 'weak_key'],
    ['the exponent 1', { ...successor, kid: 'odd', e: 'AQ' }, 'odd', 'weak_key'],
    ['an endless modulus', { ...successor, kid: 'odd', n: 'A'.repeat(20_000) }, 'odd', 'malformed'],
    ['a point off its curve', { ...jwkOf('p256'), kid: 'odd', y: rsa.n?.slice(0, 43) }, 'odd', 'malformed'],
    ['a number for a kid', { ...successor, kid: 1 }, 'key 1', 'bad_kid'],
    ['an endless kid', { ...successor, kid: 'x'.repeat(300) }, 'key 1', 'bad_kid'],
    ['a kid that cannot be shown', { ...successor, kid: 'a\u202eb', n: 1 }, 'key 1', 'malformed'],
    ['an alg of another type', { ...successor, kid: 'odd', alg: 'ES256' }, 'odd', 'algorithm_mismatch'],
    ['an alg that nobody knows', { ...successor, kid: 'odd', alg: 'RS1' }, 'odd', 'unsupported_key'],
    ['an unknown type', { kty: 'AKP', alg: 'ML-DSA-44', pub: 'AA', kid: 'odd' }, 'odd', 'unsupported_key'],
    ['another curve', { ...jwkOf('secp256k1'), kid: 'odd' }, 'odd', 'unsupported_key'],
    ['null', null, 'key 1', 'malformed'],
    ['a text', 'x', 'key 1', 'malformed'],
    ['a list', [], 'key 1', 'malformed'],
    ['a private key', { ...successor, kid: 'odd', d: 'AQAB' }, 'odd', 'private_key'],
    ['a shared secret', { kty: 'oct', k: 'c2VjcmV0', kid: 'odd' }, 'odd', 'symmetric_key'],
  ])('are read beside %s, which is told', async (_, entry, key, code) => {
    for (const [entries, place] of [
      [[entry, good], key],
      [[good, entry], key.replace('1', '2')],
    ] as const) {
      const read = await published(entries);
      expect(read.keys).toEqual(['good']);
      expect(read.leftOut).toEqual([{ key: place, code }]);
      expect(read.warnings).toHaveLength(1);
    }
  });

  test.each([
    ['use', { ...successor, use: 'enc' }],
    ['key_ops', { ...successor, key_ops: ['encrypt'] }],
    ['alg', { ...successor, alg: 'RSA-OAEP-256' }],
    ['alg of an agreement', { ...jwkOf('p384'), alg: 'ECDH-ES+A256KW' }],
  ])('are read beside those for another purpose by %s, which nobody has to hear of', async (_, entry) => {
    expect(await published([entry, good])).toMatchObject({ keys: ['good'], leftOut: [] });
  });

  // Threat T-87
  test('are not trusted where the private key is published as well, under whatever kid', async () => {
    const secret: JWK = pair.privateKey.export({ format: 'jwk' });
    expect(await published([{ ...ofPair, kid: 'open' }, { ...secret, kid: 'secret' }, good])).toMatchObject({
      keys: ['good'],
      leftOut: [
        { key: 'secret', code: 'private_key' },
        { key: 'open', code: 'private_key' },
      ],
    });
  });

  test('have their own alg, and an RSA key that names none has that of the issuer', async () => {
    const entries = [good, { ...successor, kid: 'own', alg: 'RS256' }, { ...jwkOf('p256'), kid: 'curve' }];
    const { whole, leftOut } = await published(entries, 'PS384');
    expect(whole.map(({ kid, algorithm }) => [kid, algorithm])).toEqual([
      ['good', 'PS384'],
      ['own', 'RS256'],
      ['curve', 'ES256'],
    ]);
    expect(leftOut).toEqual([]);
  });

  test('may be none', async () => {
    for (const entries of [[], [null], [{ ...rsa, use: 'enc' }]]) {
      expect((await published(entries)).keys).toEqual([]);
    }
    for (const document of [null, [], {}, { keys: null }, { keys: {} }, 'x']) {
      const reading = createKeyReader({
        clock: { now: () => midYear },
        readJson: () => Promise.resolve(document),
      })({ kind: 'jwksUrl', url: 'https://acme.example/keys' });
      await expect(reading).rejects.toThrow(InvalidKeys);
    }
  });

  test('are found among thousands of others, of which a hundred are examined', async () => {
    const others = Array.from({ length: 5000 }, () => ({}));
    const crowd = await published([...others, good]);
    expect([crowd.keys, crowd.leftOut?.length, crowd.warnings.length]).toEqual([['good'], 5000, 20]);
    const weak = Array.from({ length: 100 }, () => jwkOf('rsa-1024'));
    const { keys, leftOut } = await published([...weak, good]);
    expect([keys, leftOut?.at(-1)]).toEqual([[], { key: 'good', code: 'too_many_keys' }]);
    expect((await published([...weak.slice(1), good])).keys).toEqual(['good']);
  });

  test('of any JSON beside a good one keep it in', async () => {
    const member = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom('RSA', 'EC', 'OKP', 'oct', 'P-256', 'sig', 'RS256', successor.n, 'AQAB', x5c({})[0]),
    );
    const names = ['kty', 'crv', 'n', 'e', 'x', 'y', 'd', 'k', 'kid', 'alg', 'use', 'key_ops', 'x5c'];
    const entry = fc.oneof(fc.jsonValue(), fc.dictionary(fc.constantFrom(...names), member));
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { maxLength: 4 }), async (entries) => {
        expect((await published([...entries, good])).keys).toContain('good');
      }),
      { numRuns: 200 },
    );
  });
});

describe('JWT-1 members of a JWK that hold nothing', () => {
  const { inputs } = z
    .object({
      inputs: z.array(
        z.object({
          given: z.object({ upload: z.object({ document: z.object({ keys: z.array(z.json()) }) }) }),
          right: z.string(),
        }),
      ),
    })
    .parse(JSON.parse(readFileSync('tests/support/cases/jwk-members.json', 'utf8')));
  const filled = (document: unknown): unknown =>
    JSON.parse(JSON.stringify(document).replaceAll('{n}', String(rsa.n)));

  test.each(inputs)('$right', async ({ given }) => {
    const document = filled(given.upload.document);
    expect(await read({ kind: 'jwks', document })).toEqual({ keys: [{ ...bare, kid: 'k1' }], warnings: [] });
    const at = createKeyReader({ clock: { now: () => midYear }, readJson: () => Promise.resolve(document) });
    expect(await at({ kind: 'jwksUrl', url: 'https://acme.example/keys' })).toEqual({
      keys: [{ ...bare, kid: 'k1' }],
      warnings: [],
      leftOut: [],
      disclosed: [],
    });
  });

  const nothing = fc.constantFrom(null, '', [], {}, [null], ['', {}]);
  test('are as if they were left out, each of them', async () => {
    const optional = [
      'd',
      'p',
      'q',
      'dp',
      'dq',
      'qi',
      'oth',
      'k',
      'use',
      'key_ops',
      'alg',
      'kid',
      'x5c',
      'x5t',
    ];
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.constantFrom(...optional), nothing), async (empty) => {
        const { keys } = await read({ kind: 'jwks', document: { keys: [{ ...empty, ...bare.jwk }] } });
        expect(keys).toEqual([{ ...bare, kid: bare.thumbprint }]);
      }),
      { numRuns: 100 },
    );
  });

  test.each([
    ['kty', 'no_key'],
    ['n', 'malformed'],
    ['e', 'malformed'],
  ])('are missed where %s is required', async (name, code) => {
    for (const value of [null, '', []]) {
      const document = { keys: [{ ...rsa, [name]: value }] };
      expect(await refusal({ kind: 'jwks', document })).toEqual([code]);
    }
  });

  test('disclose no secret where none was sent, and a secret is one all the same', async () => {
    const refusalOf = (key: object) => refusal({ kind: 'jwks', document: { keys: [key] } });
    expect(await refusalOf({ kty: 'oct', k: null })).toEqual(['no_key']);
    expect(await refusalOf({ ...rsa, d: null, p: 'AQAB' })).toEqual(['private_key']);
    expect(await refusalOf({ ...rsa, oth: [{ r: 'AQ' }] })).toEqual(['private_key']);
    expect(await refusalOf({ ...rsa, d: 0 })).toEqual(['private_key']);
  });
});

describe('JWT-1 whatever a reader throws', () => {
  const pair = rsaPair('first');
  const pemOf = (der: Buffer): string =>
    `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`;
  test.each([
    ['a date that is none', { notAfter: '20301399999999Z' }],
    ['a year beyond the calendar', { notBefore: '00000000000000Z' }],
    ['an oversized object identifier', { extensionOid: Buffer.from(`${'ff'.repeat(40)}01`, 'hex') }],
  ])('is malformed: %s', async (_, times) => {
    const text = pemOf(certificateOf(pair, times));
    expect(await refusal({ kind: 'pem', text })).toEqual(['malformed']);
    const x5c = [certificateOf(pair, times).toString('base64')];
    const document = { keys: [{ ...pair.publicKey.export({ format: 'jwk' }), x5c }] };
    expect(await refusal({ kind: 'jwks', document })).toEqual(['malformed']);
  });

  test('is malformed: an oversized object identifier in a keystore', async () => {
    const whole = file('plain.p12');
    const data = Buffer.from('06092a864886f70d010701', 'hex');
    const at = whole.indexOf(data);
    const changed = Buffer.from(whole);
    Buffer.from('0609ffffffffffffffff01', 'hex').copy(changed, at);
    const upload = { ...keystore('plain', ''), file: changed.toString('base64') };
    expect(await refusal(upload)).toEqual(['malformed']);
  });
});

describe('JWT-1 a keystore that was made without a password', () => {
  const { inputs } = z
    .object({
      inputs: z.array(
        z.object({
          given: z.object({
            upload: z.object({
              kind: z.literal('pkcs12'),
              file: z.string(),
              password: z.string(),
              alias: z.string(),
            }),
          }),
        }),
      ),
    })
    .parse(JSON.parse(readFileSync('tests/support/cases/keystores-without-password.json', 'utf8')));
  const uploads = inputs.map(({ given }) => given.upload);

  test.each(uploads)('is opened by the empty password, case %#', async (upload) => {
    const { keys } = await read(upload);
    expect(keys.map(({ kid }) => kid)).toEqual(['acme-signing']);
  });

  test.each([' ', '0', 'password', 'null', '\0', '\0\0', '\0'.repeat(31)])(
    'is not opened by %j',
    async (password) => {
      for (const upload of [...uploads, keystore('plain', '')]) {
        expect(await refusal({ ...upload, password })).toEqual(['wrong_password']);
      }
    },
  );

  // RFC 7292 appendix B.2, for SHA-1 and at most 20 bytes.
  const derived = (secret: Buffer, purpose: number, salt: Buffer, bytes: number, count: number): Buffer => {
    const filled = (part: Buffer) => (part.length === 0 ? part : Buffer.alloc(64, part));
    let digest = Buffer.concat([Buffer.alloc(64, purpose), filled(salt), filled(secret)]);
    for (let round = 0; round < count; round += 1) digest = createHash('sha1').update(digest).digest();
    return digest.subarray(0, bytes);
  };
  const integer = (value: number): Buffer => tlv(0x02, Buffer.from([value >> 8, value & 0xff]));
  const [none, empty] = [Buffer.alloc(0), Buffer.alloc(2)];

  /** Makes a keystore of the certificate, encrypted by RC2-128 with one form of no password and MACed by another. */
  const made = (encryption: Buffer, mac: Buffer): KeyUpload => {
    const [salt, count] = [Buffer.from('8 bytes.'), 100];
    const name = Buffer.from('acme-signing', 'utf16le').swap16();
    const bag = tlv(
      0x30,
      oid('2a864886f70d010c0a0103'),
      tlv(
        0xa0,
        tlv(0x30, oid('2a864886f70d01091601'), tlv(0xa0, tlv(0x04, new X509Certificate(pem('rsa')).raw))),
      ),
      tlv(0x31, tlv(0x30, oid('2a864886f70d010914'), tlv(0x31, tlv(0x1e, name)))),
    );
    const cipher = rc2.createEncryptionCipher(
      derived(encryption, 1, salt, 16, count).toString('latin1'),
      128,
    );
    cipher.start(derived(encryption, 2, salt, 8, count).toString('latin1'), null);
    cipher.update(util.createBuffer(tlv(0x30, bag).toString('latin1')));
    cipher.finish();
    const algorithm = tlv(0x30, oid('2a864886f70d010c0105'), tlv(0x30, tlv(0x04, salt), integer(count)));
    const encrypted = tlv(
      0x30,
      oid('2a864886f70d010706'),
      tlv(
        0xa0,
        tlv(
          0x30,
          tlv(0x02, Buffer.from([0])),
          tlv(
            0x30,
            oid('2a864886f70d010701'),
            algorithm,
            tlv(0x80, Buffer.from(cipher.output.getBytes(), 'latin1')),
          ),
        ),
      ),
    );
    const authenticated = tlv(0x30, encrypted);
    const digest = createHmac('sha1', derived(mac, 3, salt, 20, count))
      .update(authenticated)
      .digest();
    const sha1 = tlv(0x30, oid('2b0e03021a'), tlv(0x05));
    const pfx = tlv(
      0x30,
      tlv(0x02, Buffer.from([3])),
      tlv(0x30, oid('2a864886f70d010701'), tlv(0xa0, tlv(0x04, authenticated))),
      tlv(0x30, tlv(0x30, sha1, tlv(0x04, digest)), tlv(0x04, salt), integer(count)),
    );
    return { kind: 'pkcs12', file: pfx.toString('base64'), password: '', alias: 'acme-signing' };
  };

  test.each([
    ['empty', empty, 'empty', empty],
    ['none', none, 'none', none],
    ['empty', empty, 'none', none],
    ['none', none, 'empty', empty],
  ] as const)('may be encrypted by %s and have its MAC by %s', async (_, encryption, _of, mac) => {
    const upload = made(encryption, mac);
    expect(await read(upload)).toEqual({ keys: [{ kid: 'acme-signing', ...rsaKey }], warnings: [] });
    expect(await refusal({ ...upload, password: 'x' } as KeyUpload)).toEqual(['wrong_password']);
  });
});
