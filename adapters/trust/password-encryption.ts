import { createDecipheriv, hash, pbkdf2Sync } from 'node:crypto';
import rc2 from 'node-forge/lib/rc2.js';
import util from 'node-forge/lib/util.js';
import {
  algorithmOf,
  childrenOf,
  type Element,
  integerOf,
  isInteger,
  isOctets,
  NotAsExpected,
  octetsOf,
} from './asn1.ts';

/** The file uses an algorithm that is not supported. */
export class NotSupported extends Error {
  override readonly name = 'NotSupported';
}

/** The file asks for more iterations than any keystore needs. */
export class TooManyIterations extends Error {
  override readonly name = 'TooManyIterations';
}

/** The most iterations in all. NSS uses 600,000 for the encryption and as many for the MAC. */
export const mostIterations = 1_500_000;

/** The password of a keystore, and how many iterations may still be run with it. */
export interface Opener {
  /** As PBKDF2 takes it. */
  readonly password: string;
  /** As the derivation of PKCS#12 takes it. */
  readonly secret: Buffer;
  /**
   * Counts iterations before they are run.
   * @throws {TooManyIterations}
   */
  readonly spend: (iterations: number) => void;
}

/**
 * Returns the forms of a password. A typed password has one (RFC 7292 appendix B.1): a BMPString with its
 * terminator. Without a password, some programs derive from the terminator alone and others from no bytes, and
 * no file says which. All forms share a budget of {@link mostIterations}.
 * @returns at least one, except for a password with a NUL: nobody can type it, and padded with zeros it would
 *   be the same as none
 */
export function openersOf(password: string): readonly Opener[] {
  if (password.includes('\0')) return [];
  let left = mostIterations;
  const spend = (iterations: number): void => {
    if (iterations < 1) throw new NotAsExpected('no iteration');
    left -= iterations;
    if (left < 0) throw new TooManyIterations();
  };
  const terminated = Buffer.from(`${password}\0`, 'utf16le').swap16();
  const secrets = password === '' ? [terminated, Buffer.alloc(0)] : [terminated];
  return secrets.map((secret) => ({ password, secret, spend }));
}

export type Digest = 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512';

/** The length of each digest and of the blocks that it works on, in bytes. */
const sizes: Readonly<Record<Digest, { readonly digest: number; readonly block: number }>> = {
  sha1: { digest: 20, block: 64 },
  sha224: { digest: 28, block: 64 },
  sha256: { digest: 32, block: 64 },
  sha384: { digest: 48, block: 128 },
  sha512: { digest: 64, block: 128 },
};
export const digestBytes = (digest: Digest): number => sizes[digest].digest;

/** The digests of the HMAC algorithms, RFC 8018 §B.1.2. */
const hmacs: Readonly<Record<string, Digest>> = {
  '1.2.840.113549.2.7': 'sha1',
  '1.2.840.113549.2.8': 'sha224',
  '1.2.840.113549.2.9': 'sha256',
  '1.2.840.113549.2.10': 'sha384',
  '1.2.840.113549.2.11': 'sha512',
};

/** The encryption schemes of PBES2, RFC 8018 §B.2, with the length of the key in bytes. */
const pbes2Schemes: Readonly<Record<string, { readonly cipher: string; readonly keyBytes: number }>> = {
  '2.16.840.1.101.3.4.1.2': { cipher: 'aes-128-cbc', keyBytes: 16 },
  '2.16.840.1.101.3.4.1.22': { cipher: 'aes-192-cbc', keyBytes: 24 },
  '2.16.840.1.101.3.4.1.42': { cipher: 'aes-256-cbc', keyBytes: 32 },
  '1.2.840.113549.3.7': { cipher: 'des-ede3-cbc', keyBytes: 24 },
};

/** The encryption schemes that PKCS#12 itself defines, RFC 7292 appendix C. */
const pkcs12Schemes: Readonly<
  Record<string, { readonly cipher: 'des-ede3-cbc' | 'rc2'; readonly keyBytes: number }>
> = {
  '1.2.840.113549.1.12.1.3': { cipher: 'des-ede3-cbc', keyBytes: 24 },
  '1.2.840.113549.1.12.1.5': { cipher: 'rc2', keyBytes: 16 },
  '1.2.840.113549.1.12.1.6': { cipher: 'rc2', keyBytes: 5 },
};

/**
 * Decrypts with PBES2 (RFC 8018 §6.2) or a scheme of PKCS#12.
 * @throws {NotSupported}
 * @throws {TooManyIterations}
 * @throws {NotAsExpected} also if the padding is wrong
 */
export function decrypt(opener: Opener, algorithm: Element | undefined, encrypted: Buffer): Buffer {
  const { oid, parameters } = algorithmOf(algorithm);
  if (oid === '1.2.840.113549.1.5.13') {
    const [derivation, encryption] = childrenOf(parameters);
    const scheme = algorithmOf(encryption);
    const { cipher, keyBytes } = pbes2Schemes[scheme.oid] ?? unsupported();
    return decipher(
      cipher,
      derivePbkdf2(opener, derivation, keyBytes),
      octetsOf(scheme.parameters),
      encrypted,
    );
  }
  const { cipher, keyBytes } = pkcs12Schemes[oid] ?? unsupported();
  const [salt, iterations] = childrenOf(parameters);
  const derive = (purpose: 1 | 2, bytes: number) =>
    derivePkcs12(opener, {
      digest: 'sha1',
      purpose,
      salt: octetsOf(salt),
      iterations: integerOf(iterations),
      bytes,
    });
  return decipher(cipher, derive(1, keyBytes), derive(2, 8), encrypted);
}

/** Derives the key that a PBKDF2 AlgorithmIdentifier describes. */
export function derivePbkdf2(
  { password, spend }: Opener,
  derivation: Element | undefined,
  keyBytes: number,
): Buffer {
  const { oid, parameters } = algorithmOf(derivation);
  if (oid !== '1.2.840.113549.1.5.12') return unsupported();
  const [salt, count, ...more] = childrenOf(parameters);
  if (!isOctets(salt)) return unsupported();
  const prf = more.find((each) => !isInteger(each));
  const digest = prf === undefined ? 'sha1' : hmacOf(prf);
  const iterations = integerOf(count);
  spend(iterations * Math.ceil(keyBytes / digestBytes(digest)));
  return pbkdf2Sync(password, octetsOf(salt), iterations, keyBytes, digest);
}

export const hmacOf = (algorithm: Element | undefined): Digest =>
  hmacs[algorithmOf(algorithm).oid] ?? unsupported();

interface Derivation {
  readonly digest: Digest;
  /** 1 derives a key, 2 an initialisation vector, 3 the key of a MAC. */
  readonly purpose: 1 | 2 | 3;
  readonly salt: Buffer;
  readonly iterations: number;
  readonly bytes: number;
}

/** Derives bytes from the password as RFC 7292 appendix B.2 defines. */
export function derivePkcs12(
  { secret, spend }: Opener,
  { digest, purpose, salt, iterations, bytes }: Derivation,
): Buffer {
  const { digest: digestLength, block } = sizes[digest];
  const input = Buffer.concat([repeated(salt, block), repeated(secret, block)]);
  const pieces: Buffer[] = [];
  for (let made = 0; made < bytes; made += digestLength) {
    spend(iterations);
    let piece = Buffer.concat([Buffer.alloc(block, purpose), input]);
    for (let round = 0; round < iterations; round += 1) piece = hash(digest, piece, 'buffer');
    pieces.push(piece);
    addToBlocks(input, Buffer.alloc(block, piece));
  }
  return Buffer.concat(pieces).subarray(0, bytes);
}

/** Returns as many copies as fill whole blocks. */
const repeated = (bytes: Buffer, block: number): Buffer =>
  bytes.length === 0 ? bytes : Buffer.alloc(block * Math.ceil(bytes.length / block), bytes);

/** Adds a number and 1 to each block. A carry out of the block is dropped. */
function addToBlocks(input: Buffer, number: Buffer): void {
  for (let start = 0; start < input.length; start += number.length) {
    let carry = 1;
    for (let index = number.length - 1; index >= 0; index -= 1) {
      carry += (input[start + index] ?? 0) + (number[index] ?? 0);
      input[start + index] = carry & 0xff;
      carry >>= 8;
    }
  }
}

function decipher(cipher: string, key: Buffer, iv: Buffer, encrypted: Buffer): Buffer {
  try {
    if (cipher === 'rc2') return decipherRc2(key, iv, encrypted);
    const deciphering = createDecipheriv(cipher, key, iv);
    return Buffer.concat([deciphering.update(encrypted), deciphering.final()]);
  } catch (error) {
    throw new NotAsExpected('cannot be decrypted', { cause: error });
  }
}

/** Decrypts RC2 with node-forge, because OpenSSL and so Node.js disable RC2 by default. */
function decipherRc2(key: Buffer, iv: Buffer, encrypted: Buffer): Buffer {
  const deciphering = rc2.createDecryptionCipher(key.toString('latin1'), key.length * 8);
  deciphering.start(iv.toString('latin1'), null);
  deciphering.update(util.createBuffer(encrypted.toString('latin1')));
  if (!deciphering.finish()) throw new NotAsExpected('wrong padding');
  return Buffer.from(deciphering.output.getBytes(), 'latin1');
}

function unsupported(): never {
  throw new NotSupported();
}
