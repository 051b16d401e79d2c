import { createECDH, createPrivateKey, createPublicKey } from 'node:crypto';
import { thumbprintOf } from '../../core/trust/key-rules.ts';
import { privateMembers, withoutEmpty } from './jwk-members.ts';
import { openSshJwk } from './openssh-key.ts';
import { jwkOf, normalJwk } from './public-key.ts';

type Jwk = Readonly<Record<string, unknown>>;

/** The private keys that were found somewhere. */
export interface PrivateKeys {
  /** How many there are. */
  readonly count: number;
  /** The thumbprints of their public keys. */
  readonly disclosed: readonly string[];
  /** Whether the public key of each is known. It is not known of a key that is encrypted or damaged. */
  readonly areAllRead: boolean;
}

/** How many private keys are examined. */
const maxExamined = 100;
/** How much is computed to prove RSA keys by an exponent: about that of 128 exponents of 2048 bits. */
const computingLimit = 128 * 2048 ** 3;
const maxDepth = 12;
const pemKeyBegin = /-----BEGIN ([A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?)-----/u;
const jsonBegin = /^\s*[[{]/u;
const base64 = /^[A-Za-z0-9+/_\s-]{40,}={0,2}\s*$/u;

/**
 * Finds the private keys in a value, in whatever form and at whatever place: JSON Web Keys, PEM, DER in
 * Base64, and OpenSSH. A public key counts as disclosed only where the private key is proven to be its own, so
 * that nobody has the key of another partner refused by inventing private members.
 */
export function findPrivateKeys(value: unknown): PrivateKeys {
  const disclosed = new Set<string>();
  const budget = { left: computingLimit };
  let [count, read] = [0, 0];
  for (const thumbprint of candidatesIn(value, 0)) {
    count += 1;
    const found = count > maxExamined ? undefined : orUndefined(() => thumbprint(budget));
    if (found === undefined) continue;
    read += 1;
    disclosed.add(found);
  }
  return { count, disclosed: [...disclosed], areAllRead: read === count };
}

/** How much may still be computed, in bits of the modulus to the third power. */
interface Budget {
  left: number;
}

/** Returns the thumbprint of the public key that belongs to a private key, if it can be known. */
type ThumbprintOf = (budget: Budget) => string | undefined;

function* candidatesIn(value: unknown, depth: number): Generator<ThumbprintOf> {
  if (depth > maxDepth) return;
  if (typeof value === 'string') yield* candidatesInText(value, depth);
  if (typeof value !== 'object' || value === null) return;
  if (isPrivateJwk(value)) yield (budget) => thumbprintOfPrivateJwk(value, budget);
  for (const member of Object.values(value)) yield* candidatesIn(member, depth + 1);
}

function* candidatesInText(text: string, depth: number): Generator<ThumbprintOf> {
  const json = orUndefined(() => (jsonBegin.test(text) ? (JSON.parse(text) as unknown) : undefined));
  if (json !== undefined) {
    yield* candidatesIn(json, depth + 1);
    return;
  }
  const blocks = text
    .split(new RegExp(`(?=${pemKeyBegin.source})`, 'u'))
    .filter((each) => pemKeyBegin.test(each));
  for (const block of blocks) yield (budget) => thumbprintOfPem(block, budget);
  if (blocks.length > 0) return;
  if (text.includes('PuTTY-User-Key-File-')) yield () => undefined;
  else if (base64.test(text)) yield* candidatesInBytes(Buffer.from(text, 'base64'), depth);
}

function* candidatesInBytes(bytes: Buffer, depth: number): Generator<ThumbprintOf> {
  const text = bytes.toString('latin1');
  const isPrivateKey = privateJwkIn(bytes) !== undefined;
  if (isPrivateKey) yield (budget) => thumbprintOfBytes(bytes, budget);
  else if (pemKeyBegin.test(text) || jsonBegin.test(text)) yield* candidatesInText(text, depth + 1);
}

/** Tells whether an object is a JWK with a private member. */
function isPrivateJwk(value: object): value is Jwk {
  const names = Object.keys(withoutEmpty({ ...value }));
  return (
    ['kty', 'crv', 'n'].some((name) => names.includes(name)) &&
    privateMembers.some((name) => names.includes(name))
  );
}

/**
 * Returns the thumbprint of the public key that belongs to a private JWK.
 * @returns undefined if that is not known: the private members are not those of the public ones, or no key
 */
function thumbprintOfPrivateJwk(jwk: Jwk, budget: Budget): string | undefined {
  const stated = normalJwk(jwk);
  if (jwk['kty'] === 'RSA') {
    return stated !== undefined && hasRsaSecret(jwk, stated, budget) ? thumbprintOf(stated) : undefined;
  }
  const derived = publicHalf(jwk);
  if (derived === undefined) return undefined;
  const thumbprint = thumbprintOf(derived);
  return stated === undefined || thumbprintOf(stated) === thumbprint ? thumbprint : undefined;
}

const ecdhNames: Readonly<Record<string, string>> = {
  'P-256': 'prime256v1',
  'P-384': 'secp384r1',
  'P-521': 'secp521r1',
};
/** What precedes the 32 bytes of a private key of Ed25519 in PKCS#8 (RFC 8410 §7). */
const ed25519Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

/**
 * Returns the public members that follow from the private one of a key on a curve. Node.js takes the public
 * members that a private JWK states for granted.
 */
function publicHalf({ kty, crv, d }: Jwk): Readonly<Record<string, string>> | undefined {
  if (typeof d !== 'string' || typeof crv !== 'string') return undefined;
  const secret = Buffer.from(d, 'base64url');
  if (kty === 'OKP' && crv === 'Ed25519') {
    const der = Buffer.concat([ed25519Prefix, secret]);
    return jwkOf(createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })));
  }
  const curve = kty === 'EC' && Object.hasOwn(ecdhNames, crv) ? ecdhNames[crv] : undefined;
  if (curve === undefined) return undefined;
  const ecdh = createECDH(curve);
  ecdh.setPrivateKey(secret);
  const point = ecdh.getPublicKey().subarray(1);
  const [x, y] = [point.subarray(0, point.length / 2), point.subarray(point.length / 2)];
  return { crv, kty: 'EC', x: x.toString('base64url'), y: y.toString('base64url') };
}

/** Returns the thumbprint of the public key of a PEM block, or undefined if it is encrypted or damaged. */
function thumbprintOfPem(block: string, budget: Budget): string | undefined {
  const body = (block.split('-----', 3)[2] ?? '').replaceAll(/\\[nr]/gu, '\n');
  if (/^Proc-Type:.*ENCRYPTED/mu.test(body)) return undefined;
  const withoutHeaders = body.replaceAll(/^[\w-]+:.*$/gmu, '').replaceAll(/\s/gu, '');
  return thumbprintOfBytes(Buffer.from(withoutHeaders, 'base64'), budget);
}

/** Returns the thumbprint of the public key of a private key in DER or of OpenSSH, if it is one. */
function thumbprintOfBytes(bytes: Buffer, budget: Budget): string | undefined {
  // The public key in the file may be that of somebody else, so it has to be proven as that of a JWK has.
  const jwk = privateJwkIn(bytes);
  return jwk === undefined ? undefined : thumbprintOfPrivateJwk(jwk, budget);
}

/** Returns a private key in DER or of OpenSSH as a JWK, if it is one. */
function privateJwkIn(bytes: Buffer): Jwk | undefined {
  const openSsh = orUndefined(() => openSshJwk(bytes));
  if (openSsh !== undefined) return openSsh;
  for (const type of ['pkcs8', 'pkcs1', 'sec1'] as const) {
    const jwk = orUndefined(() =>
      createPrivateKey({ key: bytes, format: 'der', type }).export({ format: 'jwk' }),
    );
    if (jwk !== undefined) return { ...jwk };
  }
  return undefined;
}

/** RSA keys with more bits, or with a longer public exponent, are trusted nowhere. */
const largest = { modulus: 2n ** 8192n, publicExponent: 2n ** 64n } as const;

/**
 * Tells whether an RSA key has a private member that is enough to sign: a factor of the modulus, or one of the
 * private exponents (RFC 8017 §3). Each is right modulo a factor at least, and nobody finds such a number
 * without knowing the factor. The factors are looked at first, because that is cheap.
 */
function hasRsaSecret(jwk: Jwk, stated: Readonly<Record<string, string>>, budget: Budget): boolean {
  const [modulus, publicExponent] = [integerOf(stated['n']), integerOf(stated['e'])];
  if (modulus >= largest.modulus || publicExponent >= largest.publicExponent) return false;
  const isFactor = (factor: bigint): boolean => factor > 1n && factor < modulus && modulus % factor === 0n;
  if ([jwk['p'], jwk['q']].map(integerOf).some(isFactor)) return true;
  const encrypted = power(2n, publicExponent, modulus);
  const cost = modulus.toString(2).length ** 3;
  const isExponent = (exponent: bigint): boolean =>
    exponent > 0n &&
    exponent < modulus &&
    take(budget, cost) &&
    greatestDivisor(modulus, (power(encrypted, exponent, modulus) + modulus - 2n) % modulus) > 1n;
  return [jwk['d'], jwk['dp'], jwk['dq']].map(integerOf).some(isExponent);
}

/** Takes a cost off a budget, if it has that much left. */
function take(budget: Budget, cost: number): boolean {
  if (budget.left < cost) return false;
  budget.left -= cost;
  return true;
}

function integerOf(value: unknown): bigint {
  const isUsable = typeof value === 'string' && value.length <= 2000;
  return isUsable ? BigInt(`0x0${Buffer.from(value, 'base64url').toString('hex')}`) : 0n;
}

/** Returns base to the power of exponent, modulo modulus. */
function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus;
    if (bit === '1') result = (result * base) % modulus;
  }
  return result;
}

function greatestDivisor(one: bigint, other: bigint): bigint {
  let [larger, smaller] = [one, other];
  while (smaller !== 0n) [larger, smaller] = [smaller, larger % smaller];
  return larger;
}

function orUndefined<Result>(run: () => Result): Result | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}
