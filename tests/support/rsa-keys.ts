import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  type webcrypto,
} from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../../build/rsa-keys');
const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };

/** Keys of different names are different. */
type Name = 'first' | 'second' | 'third' | 'fourth' | 'fifth' | 'sixth' | 'provider';

export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/**
 * Returns an RSA key pair of 2048 bits. It is generated once for this checkout, because that takes as long as
 * hundreds of unit tests.
 */
export function rsaPair(name: Name): KeyPair {
  const pem = readOrMake(name);
  return { privateKey: createPrivateKey(pem), publicKey: createPublicKey(pem) };
}

/** Returns the same pair for the Web Cryptography API, for RS256. */
export function rsaKeys(name: Name): webcrypto.CryptoKeyPair {
  const { privateKey, publicKey } = rsaPair(name);
  return {
    privateKey: privateKey.toCryptoKey(algorithm, true, ['sign']),
    publicKey: publicKey.toCryptoKey(algorithm, true, ['verify']),
  };
}

function readOrMake(name: Name): string {
  const file = join(folder, `${name}.pem`);
  if (!existsSync(file)) {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    mkdirSync(folder, { recursive: true });
    // Renaming puts a whole file there, because another worker may be making it, too.
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, privateKey.export({ format: 'pem', type: 'pkcs8' }));
    renameSync(draft, file);
  }
  return readFileSync(file, 'utf8');
}
