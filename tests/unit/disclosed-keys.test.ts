import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { calculateJwkThumbprint, type JWK } from 'jose';
import { describe, expect, test } from 'vitest';
import { createKeyReader } from '../../adapters/trust/key-reader.ts';
import { InvalidKeys, type KeyError } from '../../core/trust/key-errors.ts';
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

/** Reads uploads, one after the other, as the operator API and the sweep do. */
function keyReading() {
  let published: unknown;
  const reading = {
    disclosedKeys: fakeDisclosedKeys(),
    readKeys: createKeyReader({
      clock: { now: () => new Date('2026-11-20T10:00:00Z') },
      readJson: () => Promise.resolve(published),
    }),
  };
  const read = (upload: KeyUpload) => readUndisclosedKeys(reading, upload);
  return {
    /** Returns why an upload is refused, in the sentences for the operator. */
    explain: async (upload: KeyUpload): Promise<string> =>
      read(upload).then(
        () => expect.fail('taken'),
        (error: unknown) =>
          error instanceof InvalidKeys ? error.faults.map(({ allowed }) => allowed).join(' ') : String(error),
      ),
    /** Returns the errors for which an upload is refused. */
    refusals: async (upload: KeyUpload): Promise<readonly KeyError[]> =>
      read(upload).then(
        () => expect.fail('taken'),
        (error: unknown) => (error instanceof InvalidKeys ? error.faults : expect.fail(String(error))),
      ),
    /** Remembers a key as it was done before variants of it were refused. */
    remember: (thumbprint: string) => reading.disclosedKeys.add([thumbprint]),
    upload: async (upload: KeyUpload): Promise<string> =>
      read(upload).then(
        ({ keys }) => `${keys.length} taken`,
        (error: unknown) => String(error instanceof Error && error.message),
      ),
    publish: async (document: unknown) => {
      published = document;
      const { keys: taken, leftOut, warnings } = await read(atUrl);
      return { taken: taken.length, leftOut, warnings };
    },
  };
}

const asText = (text: string): KeyUpload => ({ kind: 'pem', text });
const asDocument = (document: unknown): KeyUpload => ({ kind: 'jwks', document });
const asFile = (bytes: Buffer | string): KeyUpload => ({
  kind: 'pkcs12',
  file: Buffer.from(bytes).toString('base64'),
  password: 'x',
  alias: 'x',
});
const pemOf = (key: KeyObject, type: 'pkcs1' | 'pkcs8' | 'sec1' | 'spki'): string =>
  String(key.export({ format: 'pem', type }));
const encryptedPem = (type: 'pkcs1' | 'pkcs8'): string =>
  String(rsa.privateKey.export({ format: 'pem', type, cipher: 'aes-256-cbc', passphrase: 'opens-it' }));

const base64urlOf = (integer: bigint): string => {
  const digits = integer.toString(16);
  return Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex').toString('base64url');
};
const bytesOf = (base64url = ''): Buffer => Buffer.from(base64url, 'base64url');
const sshField = (value: string | Buffer): Buffer => {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};
/** A number of SSH has a zero in front if its first bit is set (RFC 4251 §5). */
const sshNumber = (base64url?: string): Buffer => {
  const bytes = bytesOf(base64url);
  return sshField((bytes[0] ?? 0) >= 128 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
};
/** Writes a private key as ssh-keygen does (PROTOCOL.key of OpenSSH). */
function openSsh(jwk: JWK, cipher = 'none'): string {
  const point = Buffer.concat([Buffer.from([4]), bytesOf(jwk.x), bytesOf(jwk.y)]);
  const fields = {
    RSA: () => [sshField('ssh-rsa'), ...[jwk.n, jwk.e, jwk.d, jwk.qi, jwk.p, jwk.q].map(sshNumber)],
    EC: () => [sshField('ecdsa-sha2-nistp256'), sshField('nistp256'), sshField(point), sshNumber(jwk.d)],
    OKP: () => [
      sshField('ssh-ed25519'),
      sshNumber(jwk.x),
      sshField(Buffer.concat([bytesOf(jwk.d), bytesOf(jwk.x)])),
    ],
  }[String(jwk.kty) as 'RSA' | 'EC' | 'OKP']();
  const secrets = Buffer.concat([Buffer.from('12345678'), ...fields, sshField('a comment')]);
  const text = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    ...[cipher, 'none', ''].map(sshField),
    Buffer.from([0, 0, 0, 1]),
    sshField('the public key'),
    sshField(secrets),
  ]).toString('base64');
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${text}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

// Threat T-111
describe('JWT-1 a key whose private half was disclosed', () => {
  const ecWithParameters = `-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n${pemOf(p256.privateKey, 'sec1')}`;
  const secrets: readonly [what: string, pair: Pair, disclosing: KeyUpload][] = [
    ['an RSA key', rsa, asJwks(secretOf(rsa))],
    ['an RSA key by its exponent alone', rsa, asJwks(only(secretOf(rsa), 'd'))],
    ['an RSA key by a factor alone', rsa, asJwks(only(secretOf(rsa), 'q'))],
    ['an RSA key by the exponent of a factor alone', rsa, asJwks(only(secretOf(rsa), 'dp'))],
    ['an EC key', p256, asJwks(secretOf(p256))],
    ['an EC key without its point', p256, asJwks({ kty: 'EC', crv: 'P-256', d: secretOf(p256).d ?? '' })],
    ['an Ed25519 key', ed25519, asJwks(secretOf(ed25519))],
    ['an Ed25519 key without its point', ed25519, asJwks({ ...secretOf(ed25519), x: '' })],
    ['a secret that has k as well', p256, asJwks({ ...secretOf(p256), k: 'c2VjcmV0' })],
    ['an RSA key in PEM', rsa, asPem(rsa.privateKey, 'pkcs8')],
    ['an RSA key in PEM of its own form', rsa, asPem(rsa.privateKey, 'pkcs1')],
    ['an EC key in PEM of its own form', p256, asPem(p256.privateKey, 'sec1')],
    ['an EC key after its parameters', p256, asText(ecWithParameters)],
    [
      'an EC key after its parameters, with a kid',
      p256,
      { kind: 'pem', text: ecWithParameters, kid: 'acme' },
    ],
    [
      'PEM after its public half',
      rsa,
      asText(`${pemOf(rsa.publicKey, 'spki')}${pemOf(rsa.privateKey, 'pkcs8')}`),
    ],
    ['PEM without its last line', rsa, asText(pemOf(rsa.privateKey, 'pkcs8').replace(/-----END.*/su, ''))],
    [
      'PEM under another label',
      rsa,
      asText(pemOf(rsa.privateKey, 'pkcs1').replaceAll('RSA PRIVATE', 'PRIVATE')),
    ],
    [
      'PEM that is labelled as a public key',
      rsa,
      asText(pemOf(rsa.privateKey, 'pkcs8').replaceAll('PRIVATE', 'PUBLIC')),
    ],
    [
      'PEM that is labelled as a certificate, after its public half',
      p256,
      asText(
        `${pemOf(p256.publicKey, 'spki')}${pemOf(p256.privateKey, 'pkcs8').replaceAll('PRIVATE KEY', 'CERTIFICATE')}`,
      ),
    ],
    [
      'PEM with headers',
      rsa,
      asText(pemOf(rsa.privateKey, 'pkcs1').replace('KEY-----\n', 'KEY-----\nComment: x\n\n')),
    ],
    ['PEM with written line ends', rsa, asText(pemOf(rsa.privateKey, 'pkcs8').replaceAll('\n', '\\n'))],
    ['the base64 of PEM alone', rsa, asText(pemOf(rsa.privateKey, 'pkcs8').replaceAll(/-----.*-----/gu, ''))],
    ['an RSA key of OpenSSH', rsa, asText(openSsh(secretOf(rsa)))],
    ['an EC key of OpenSSH', p256, asText(openSsh(secretOf(p256)))],
    ['an Ed25519 key of OpenSSH', ed25519, asText(openSsh(secretOf(ed25519)))],
    ['a key by itself, not in a set', rsa, asDocument(secretOf(rsa))],
    ['a list of keys, not a set', ed25519, asDocument([secretOf(ed25519)])],
    ['the text of a set', p256, asDocument(JSON.stringify({ keys: [secretOf(p256)] }))],
    ['the text of a key for PEM', p256, asText(JSON.stringify(secretOf(p256)))],
    ['PEM in place of a set', rsa, asDocument(pemOf(rsa.privateKey, 'pkcs8'))],
    ['PEM within a set', rsa, asDocument({ keys: [publicOf(p256)], pem: pemOf(rsa.privateKey, 'pkcs8') })],
    ['a key beside a set', ed25519, asDocument({ keys: [publicOf(p256)], signing: secretOf(ed25519) })],
    [
      'more keys than a set may have',
      p256,
      asJwks(secretOf(p256), ...Array.from({ length: 50 }, () => publicOf(rsa))),
    ],
    ['PEM in place of a keystore', rsa, asFile(pemOf(rsa.privateKey, 'pkcs8'))],
    ['DER in place of a keystore', rsa, asFile(rsa.privateKey.export({ format: 'der', type: 'pkcs8' }))],
    ['a JWK in place of a keystore', ed25519, asFile(JSON.stringify(secretOf(ed25519)))],
  ];

  test.each(secrets)('is refused from then on, in every form: %s', async (_what, pair, secret) => {
    const { upload, publish, explain } = keyReading();
    expect(await upload(asJwks(publicOf(pair)))).toBe('1 taken');
    expect(await explain(secret)).toMatch(
      /a private key was sent.*It counts as disclosed.*Sallyport refuses its public half from now on\./u,
    );
    expect(await upload(asJwks(publicOf(pair)))).toBe('private_key');
    expect(await upload(asPem(pair.publicKey, 'spki'))).toBe('private_key');
    expect(await publish({ keys: [publicOf(pair)] })).toEqual({
      taken: 0,
      leftOut: [{ key: 'acme-1', code: 'private_key' }],
      warnings: [
        'acme-1: its private key was disclosed before, so it is not taken any more. Have it replaced.',
      ],
    });
  });

  test('is left out of the set that showed it, when the set no longer does', async () => {
    const { upload, publish } = keyReading();
    const other = publicOf(p256);
    expect(await publish({ keys: [secretOf(rsa), other] })).toMatchObject({ taken: 1 });
    expect(await publish({ keys: [publicOf(rsa), other] })).toMatchObject({
      taken: 1,
      leftOut: [{ key: 'acme-1', code: 'private_key' }],
    });
    expect(await upload(asJwks(publicOf(rsa)))).toBe('private_key');
  });

  test.each<[what: string, document: unknown]>([
    ['by itself', secretOf(rsa)],
    ['as PEM in a text', pemOf(rsa.privateKey, 'pkcs8')],
    ['beside the keys', { keys: [publicOf(p256)], signing: secretOf(rsa) }],
  ])('is refused also where an address showed it %s', async (_what, document) => {
    const { upload, publish } = keyReading();
    await publish(document).catch((error: unknown) => {
      expect(error).toBeInstanceOf(InvalidKeys);
    });
    expect(await upload(asJwks(publicOf(rsa)))).toBe('private_key');
  });
});

// Threat T-118
describe('JWT-1 a private key that cannot be tied to a public one', () => {
  const otherPair: Pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  /** A private key in DER that states the public key of somebody else. */
  const forgedSec1 = (): Buffer => {
    const own = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
      format: 'der',
      type: 'sec1',
    });
    const point = p256.publicKey.export({ format: 'der', type: 'spki' }).subarray(-65);
    return Buffer.concat([own.subarray(0, -65), point]);
  };
  const forgedPkcs1 = (invented: JWK = {}): KeyObject =>
    createPrivateKey({
      key: { ...secretOf(otherPair), n: secretOf(rsa).n ?? '', ...invented },
      format: 'jwk',
    });

  test.each<[what: string, pair: Pair, upload: KeyUpload]>([
    ['an invented exponent', rsa, asJwks({ d: 'AQAB', ...publicOf(rsa) })],
    ['an invented text', p256, asJwks({ d: 'x', ...publicOf(p256) })],
    ['an invented number', p256, asJwks({ d: 'AQAB', ...publicOf(p256) })],
    [
      'an invented number on Ed25519',
      ed25519,
      asJwks({ ...secretOf(ed25519), d: 'A'.repeat(43), ...publicOf(ed25519) }),
    ],
    ['an invented factor', rsa, asJwks({ p: 'Aw', ...publicOf(rsa) })],
    ['the modulus for a factor', rsa, asJwks({ p: secretOf(rsa).n ?? '', ...publicOf(rsa) })],
    ['the modulus for an exponent', rsa, asJwks({ d: secretOf(rsa).n ?? '', ...publicOf(rsa) })],
    ['nothing for an exponent', rsa, asJwks({ dp: 'AA', ...publicOf(rsa) })],
    ['exponents that change nothing', rsa, asJwks({ ...publicOf(rsa), d: 'AQ', e: 'AQ' })],
    ['the same with zeros in front', rsa, asJwks({ ...publicOf(rsa), d: 'AAAB', e: 'AAAAAAE' })],
    ['the same for one factor', rsa, asJwks({ ...publicOf(rsa), dp: 'AQ', e: 'AQ' })],
    ['a public exponent of 2', rsa, asJwks({ ...publicOf(rsa), d: 'AQ', e: 'Ag' })],
    ['nothing for both exponents', rsa, asJwks({ ...publicOf(rsa), d: 'AA', e: 'AA' })],
    [
      'PEM with exponents that change nothing',
      rsa,
      asPem(forgedPkcs1({ e: 'AQ', d: 'AQ', dp: 'AQ', dq: 'AQ' }), 'pkcs1'),
    ],
    ['other primes alone', rsa, asJwks({ ...publicOf(rsa), ...{ oth: [{ r: 'AQ' }] } })],
    ['the members of another key', rsa, asJwks({ ...secretOf(otherPair), ...publicOf(rsa) })],
    [
      'the secret of another key',
      p256,
      asJwks({ ...secretOf(generateKeyPairSync('ec', { namedCurve: 'P-256' })), ...publicOf(p256) }),
    ],
    ['what is not base64url', rsa, asJwks({ d: '*', ...publicOf(rsa) })],
    [
      'PEM of an EC key with a foreign point',
      p256,
      asText(
        `-----BEGIN EC PRIVATE KEY-----\n${forgedSec1().toString('base64')}\n-----END EC PRIVATE KEY-----`,
      ),
    ],
    ['PEM of an RSA key with a foreign modulus', rsa, asPem(forgedPkcs1(), 'pkcs1')],
    ['DER of an EC key with a foreign point', p256, asFile(forgedSec1())],
  ])('has the public key of nobody refused: %s', async (_what, pair, invented) => {
    const { upload, explain, publish } = keyReading();
    const why = await explain(invented);
    if (invented.kind !== 'pkcs12') {
      expect(why).toMatch(
        /a private key was sent.*Sallyport could not read it, so it cannot block its public half/u,
      );
    }
    expect(await upload(asJwks(publicOf(pair)))).toBe('1 taken');
    expect(await publish({ keys: [publicOf(pair)] })).toMatchObject({ taken: 1, leftOut: [] });
  });

  test.each<[what: string, upload: KeyUpload]>([
    ['encrypted PEM', asText(encryptedPem('pkcs8'))],
    ['encrypted PEM of the old form', asText(encryptedPem('pkcs1'))],
    ['half a PEM', asText(pemOf(rsa.privateKey, 'pkcs8').slice(0, 600))],
    [
      'PEM of a curve that is not taken',
      asPem(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey, 'sec1'),
    ],
    ['encrypted PEM in place of a set', asDocument(encryptedPem('pkcs8'))],
    ['encrypted PEM in place of a keystore', asFile(encryptedPem('pkcs8'))],
    ['a key of PuTTY', asText('PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n')],
    ['an encrypted key of OpenSSH', asText(openSsh(secretOf(ed25519), 'aes256-ctr'))],
    [
      'one that can be read beside one that cannot',
      asText(`${pemOf(rsa.privateKey, 'pkcs8')}${encryptedPem('pkcs8')}`),
    ],
  ])('is refused, and the answer says that it could not be read: %s', async (_what, upload) => {
    const { explain } = keyReading();
    expect(await explain(upload)).toMatch(
      /a private key was sent.*It counts as disclosed: have it replaced\..*Sallyport could not read it/u,
    );
  });

  test('has the public key of nobody refused, whatever two exponents are invented', async () => {
    const small = fc.oneof(fc.bigInt(0n, 3n), fc.bigInt(0n, 2n ** 64n - 1n));
    const member = fc.constantFrom('d', 'dp', 'dq');
    await fc.assert(
      fc.asyncProperty(small, small, member, async (e, exponent, name) => {
        const { upload } = keyReading();
        await upload(asJwks({ ...publicOf(rsa), e: base64urlOf(e), [name]: base64urlOf(exponent) }));
        expect(await upload(asJwks(publicOf(rsa)))).toBe('1 taken');
      }),
      { numRuns: 200 },
    );
  });

  test('leaves the honest key in force that a set publishes beside it', async () => {
    const { publish } = keyReading();
    expect(
      await publish({ keys: [publicOf(rsa), { ...publicOf(rsa), kid: 'odd', d: 'AQAB' }] }),
    ).toMatchObject({
      taken: 1,
      leftOut: [{ key: 'odd', code: 'private_key' }],
    });
  });

  // Threat T-65
  test('does not keep us busy where there are many of them', async () => {
    const { upload } = keyReading();
    const modulus = Buffer.alloc(1024, 0xff).toString('base64url');
    const invented = (index: number): JWK => ({
      kty: 'RSA',
      n: modulus,
      e: 'AQAB',
      d: Buffer.alloc(1000, index + 1).toString('base64url'),
    });
    const many = Array.from({ length: 20 }, (_, index) => invented(index));
    // Too much was computed before this one, which has nothing but its exponent.
    await upload(asJwks(...many, only(secretOf(rsa), 'd')));
    expect(await upload(asJwks(publicOf(rsa)))).toBe('1 taken');
    // This one has its factors, which are looked at in any case.
    await upload(asJwks(...many, secretOf(rsa)));
    expect(await upload(asJwks(publicOf(rsa)))).toBe('private_key');
  });
});

/** A JWK in which every name of a member begins with a capital. */
const capital = (jwk: JWK): JWK =>
  Object.fromEntries(Object.entries(jwk).map(([name, value]) => [name.toUpperCase(), value]));
/** Text in UTF-16, read as if each byte were a character. */
const utf16 = (text: string): string => Buffer.from(text, 'utf16le').toString('latin1');

// Threat T-125
describe('JWT-1 whoever has a disclosed private key signs for other public keys with it', () => {
  const fieldPrimeOfP256 = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
  const mirrored = (jwk: JWK): JWK => {
    const y = fieldPrimeOfP256 - BigInt(`0x${bytesOf(jwk.y).toString('hex')}`);
    return { ...jwk, y: Buffer.from(y.toString(16).padStart(64, '0'), 'hex').toString('base64url') };
  };
  const withOtherSign = (jwk: JWK): JWK => {
    const x = bytesOf(jwk.x);
    x[31] = (x[31] ?? 0) ^ 0x80;
    return { ...jwk, x: x.toString('base64url') };
  };
  const variants: readonly [what: string, pair: Pair, variant: JWK][] = [
    ['the same modulus with another exponent', rsa, { ...publicOf(rsa), e: 'AQAD' }],
    ['the other point with the same x', p256, mirrored(publicOf(p256))],
    ['the other point of Ed25519 with the same y', ed25519, withOtherSign(publicOf(ed25519))],
  ];

  test.each(variants)('and is refused for these as well: %s', async (_what, pair, variant) => {
    const { upload, publish } = keyReading();
    expect(await upload(asJwks(variant))).toBe('1 taken');
    await upload(asJwks(secretOf(pair)));
    expect(await upload(asJwks(variant))).toBe('private_key');
    expect(await publish({ keys: [variant] })).toMatchObject({
      taken: 0,
      leftOut: [{ key: 'acme-1', code: 'private_key' }],
    });
  });

  test.each(variants)('and the key itself after one of these: %s', async (_what, pair, variant) => {
    const { upload, publish } = keyReading();
    // One set shows both, so the set does not need to be remembered from an earlier time.
    expect(await publish({ keys: [secretOf(pair), variant] })).toMatchObject({ taken: 0 });
    expect(await upload(asJwks(publicOf(pair)))).toBe('private_key');
  });

  test('a key that was remembered by its thumbprint alone stays refused', async () => {
    const { upload, remember } = keyReading();
    await remember(await calculateJwkThumbprint(publicOf(rsa)));
    expect(await upload(asJwks(publicOf(rsa)))).toBe('private_key');
    expect(await upload(asJwks(publicOf(p256)))).toBe('1 taken');
  });

  test.each<[what: string, pair: Pair, disclosing: KeyUpload]>([
    ['an Ed25519 key that states the other point', ed25519, asJwks(withOtherSign(secretOf(ed25519)))],
    ['an EC key under the name of another curve', p256, asJwks({ ...secretOf(p256), crv: 'P-384' })],
    ['an EC key under an unknown curve', p256, asJwks({ ...secretOf(p256), crv: 'p256' })],
    ['an EC key under another type', p256, asJwks({ ...secretOf(p256), kty: 'OKP' })],
    ['an Ed25519 key under another type', ed25519, asJwks({ ...secretOf(ed25519), kty: 'EC' })],
    ['an RSA key under another type', rsa, asJwks({ ...secretOf(rsa), kty: 'rsa' })],
    ['an RSA key without its exponent', rsa, asJwks({ ...secretOf(rsa), e: '' })],
    [
      'an EC key without its point under another curve',
      p256,
      asJwks({ kty: 'EC', crv: 'P-384', d: secretOf(p256).d ?? '' }),
    ],
    ['capital names of RSA', rsa, asJwks(capital(secretOf(rsa)))],
    ['a capital D alone', p256, asJwks({ ...publicOf(p256), ...{ D: secretOf(p256).d } })],
    ['PEM in UTF-16', rsa, asText(utf16(pemOf(rsa.privateKey, 'pkcs8')))],
    ['PEM in UTF-16 after its mark', rsa, asText(`\ufffe${utf16(pemOf(rsa.privateKey, 'pkcs8'))}`)],
    [
      'a file of PEM in UTF-16',
      rsa,
      asFile(Buffer.from(`\ufeff${pemOf(rsa.privateKey, 'pkcs8')}`, 'utf16le')),
    ],
    [
      'a file of a JWK in UTF-16',
      p256,
      asFile(Buffer.from(`\ufeff${JSON.stringify(secretOf(p256))}`, 'utf16le')),
    ],
    ['DER in hex', rsa, asText(rsa.privateKey.export({ format: 'der', type: 'pkcs8' }).toString('hex'))],
    [
      'DER in hex with colons and capitals',
      p256,
      asText(
        p256.privateKey
          .export({ format: 'der', type: 'sec1' })
          .toString('hex')
          .toUpperCase()
          .replaceAll(/(..)(?=.)/gu, '$1:'),
      ),
    ],
    [
      'base64 between blanks',
      rsa,
      asText(` ${rsa.privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64')} `),
    ],
  ])('in whatever form it was sent: %s', async (_what, pair, disclosing) => {
    const { upload, explain } = keyReading();
    expect(await explain(disclosing)).toMatch(
      /a private key was sent.*Sallyport refuses its public half from now on\./u,
    );
    expect(await upload(asJwks(publicOf(pair)))).toBe('private_key');
  });
});

// Threat T-125
describe('JWT-1 the answer says of each private key what becomes of it', () => {
  const reasons = async (upload: KeyUpload): Promise<readonly string[]> =>
    (await keyReading().refusals(upload)).map(({ allowed }) => allowed);
  const unproven = { ...publicOf(rsa), d: 'AQAB' };
  const isRefused = expect.stringMatching(/refuses its public half from now on\.$/u) as string;
  const isUnread = expect.stringMatching(/could not read it, so it cannot block/u) as string;
  const isLeftOut = expect.stringMatching(/proves only a few private keys.*left this one out/u) as string;
  /** A key with nothing but an invented exponent, whose modulus is a power of one of 2048 bits. */
  const costly = (index: number, exponent: bigint): JWK => {
    const modulus = (BigInt(`0x${bytesOf(secretOf(rsa).n).toString('hex')}`) ** exponent).toString(16);
    const even = modulus.length % 2 === 0 ? modulus : `0${modulus}`;
    return {
      kty: 'RSA',
      n: Buffer.from(even, 'hex').toString('base64url'),
      e: 'AQAB',
      d: Buffer.alloc(even.length / 2 - 1, index + 1).toString('base64url'),
    };
  };

  test('in a set', async () => {
    const upload = asJwks(unproven, publicOf(p256), secretOf(rsa), secretOf(p256));
    expect(await reasons(upload)).toEqual([isUnread, isRefused, isRefused]);
    expect(await reasons(upload)).toEqual(
      ['Key 1: ', 'Key 3: ', 'Key 4: '].map((where) => expect.stringContaining(where) as string),
    );
  });

  test('in PEM', async () => {
    const upload = asText(
      pemOf(p256.publicKey, 'spki') + encryptedPem('pkcs8') + pemOf(rsa.privateKey, 'pkcs8'),
    );
    expect(await reasons(upload)).toEqual([
      expect.stringMatching(/^Block 2: .*could not read it/u),
      expect.stringMatching(/^Block 3: .*refuses its public half/u),
    ]);
  });

  test('elsewhere in the upload, beside those in the set', async () => {
    const upload = asDocument({ keys: [unproven], more: [secretOf(p256), { keys: [unproven] }] });
    expect(await reasons(upload)).toEqual([
      expect.stringMatching(/^Key 1: .*could not read it/u),
      expect.stringMatching(
        /^The upload: .*Sallyport refuses the public halves of 1 of these private keys from now on\. It cannot block/u,
      ),
    ]);
  });

  test('of one without a type, and of a set of those beyond fifty others', async () => {
    expect(await reasons(asDocument({ keys: [{ d: 'AQAB' }] }))).toEqual([isUnread]);
    const others = Array.from({ length: 51 }, () => secretOf(ed25519));
    expect(await reasons(asDocument({ others, keys: [secretOf(p256)] }))).toEqual([
      expect.stringMatching(/^The upload: .*refuses the public halves of 50 of these/u),
      isLeftOut,
    ]);
  });

  // Threat T-65
  test('also where only some of them are proven, because that takes time', async () => {
    const upload = asJwks(
      ...Array.from({ length: 18 }, (_, index) => costly(index, 4n)),
      secretOf(rsa),
      only(secretOf(rsa), 'd'),
    );
    expect(await reasons(upload)).toEqual([
      isUnread,
      ...Array.from({ length: 17 }, () => isLeftOut),
      isRefused,
      isLeftOut,
    ]);
  });

  // Threat T-65
  test('and at most three of 4096 bits are proven by their exponents', async () => {
    const found = await reasons(asJwks(...Array.from({ length: 42 }, (_, index) => costly(index, 2n))));
    expect(found.slice(0, 1)).toEqual([isUnread]);
    expect(found.slice(3)).toEqual(Array.from({ length: 39 }, () => isLeftOut));
  });

  // Threat T-65
  test('and at most fifty keys are examined', async () => {
    const many = Array.from({ length: 51 }, () => secretOf(ed25519));
    expect(await reasons(asDocument(many))).toEqual([
      expect.stringMatching(
        /refuses the public halves of 50 of these private keys from now on\. It cannot block/u,
      ),
      expect.stringContaining('A JWK set is an object'),
    ]);
  });
});
