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

/** An algorithm of the file is none of those that are read. */
export class NotSupported extends Error {
  override readonly name = 'NotSupported';
}

/** The file asks for more work than anybody needs. */
export class TooManyIterations extends Error {
  override readonly name = 'TooManyIterations';
}

/** NSS takes 600,000 for the encryption and as many for the MAC. */
export const mostIterations = 1_500_000;

/** What opens a keystore: the password, and how much work may still be done with it. */
export interface Opener {
  readonly password: string;
  /** @throws {TooManyIterations} */
  readonly spend: (iterations: number) => void;
}

export function createOpener(password: string): Opener {
  let left = mostIterations;
  return {
    password,
    spend: (iterations) => {
      if (iterations < 1) throw new NotAsExpected('no iteration');
      left -= iterations;
      if (left < 0) throw new TooManyIterations();
    },
  };
}

export type Digest = 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512';

/** Length of the digest, and of the blocks that it works on, in bytes. */
const sizes: Readonly<Record<Digest, readonly [digest: number, block: number]>> = {
  sha1: [20, 64],
  sha224: [28, 64],
  sha256: [32, 64],
  sha384: [48, 128],
  sha512: [64, 128],
};
export const digestBytes = (digest: Digest): number => sizes[digest][0];

/** HMAC with …, RFC 8018 §B.1.2. */
const hmacs: Readonly<Record<string, Digest>> = {
  '1.2.840.113549.2.7': 'sha1',
  '1.2.840.113549.2.8': 'sha224',
  '1.2.840.113549.2.9': 'sha256',
  '1.2.840.113549.2.10': 'sha384',
  '1.2.840.113549.2.11': 'sha512',
};

/** Encryption schemes of PBES2, RFC 8018 §B.2, with the length of the key in bytes. */
const schemes: Readonly<Record<string, readonly [cipher: string, keyBytes: number]>> = {
  '2.16.840.1.101.3.4.1.2': ['aes-128-cbc', 16],
  '2.16.840.1.101.3.4.1.22': ['aes-192-cbc', 24],
  '2.16.840.1.101.3.4.1.42': ['aes-256-cbc', 32],
  '1.2.840.113549.3.7': ['des-ede3-cbc', 24],
};

/** What PKCS#12 brought itself, RFC 7292 appendix C. */
const legacy: Readonly<Record<string, readonly [cipher: 'des-ede3-cbc' | 'rc2', keyBytes: number]>> = {
  '1.2.840.113549.1.12.1.3': ['des-ede3-cbc', 24],
  '1.2.840.113549.1.12.1.5': ['rc2', 16],
  '1.2.840.113549.1.12.1.6': ['rc2', 5],
};

/**
 * Decrypts by PBES2 (RFC 8018 §6.2) or a scheme of PKCS#12.
 * @throws {NotSupported} @throws {TooManyIterations} @throws {NotAsExpected} also where the padding is wrong
 */
export function decrypt(opener: Opener, algorithm: Element | undefined, encrypted: Buffer): Buffer {
  const { oid, parameters } = algorithmOf(algorithm);
  if (oid === '1.2.840.113549.1.5.13') {
    const [derivation, encryption] = childrenOf(parameters);
    const scheme = algorithmOf(encryption);
    const [cipher, keyBytes] = schemes[scheme.oid] ?? unsupported();
    return decipher(
      cipher,
      derivePbkdf2(opener, derivation, keyBytes),
      octetsOf(scheme.parameters),
      encrypted,
    );
  }
  const [cipher, keyBytes] = legacy[oid] ?? unsupported();
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

/** The key of a PBKDF2 AlgorithmIdentifier. */
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
  /** 1 a key, 2 an initialisation vector, 3 a MAC's key. */
  readonly purpose: 1 | 2 | 3;
  readonly salt: Buffer;
  readonly iterations: number;
  readonly bytes: number;
}

/** RFC 7292 appendix B.2. */
export function derivePkcs12(
  { password, spend }: Opener,
  { digest, purpose, salt, iterations, bytes }: Derivation,
): Buffer {
  const [digestLength, block] = sizes[digest];
  // BMPString with its end: UTF-16, the high byte first.
  const secret = Buffer.from(`${password}\0`, 'utf16le').swap16();
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

/** As many copies as fill whole blocks. */
const repeated = (bytes: Buffer, block: number): Buffer =>
  bytes.length === 0 ? bytes : Buffer.alloc(block * Math.ceil(bytes.length / block), bytes);

/** Adds a number and 1 to each block, without what no longer fits. */
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

/** OpenSSL, and so Node.js, keeps RC2 out of reach by default. */
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
