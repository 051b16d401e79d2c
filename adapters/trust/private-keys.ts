import { createECDH, createPrivateKey, createPublicKey } from 'node:crypto';
import { digestsOf } from '../../core/trust/disclosed-keys.ts';
import type { PrivateKeyOutcome } from '../../core/trust/key-errors.ts';
import { thumbprintOf } from '../../core/trust/key-rules.ts';
import { privateMembers, withLowerCaseNames, withoutEmpty } from './jwk-members.ts';
import { openSshJwk } from './openssh-key.ts';
import { jwkOf, normalJwk } from './public-key.ts';

type Jwk = Readonly<Record<string, unknown>>;

/** A private key that was found in a value. */
export interface PrivateKey {
  /** The names of the members that lead to it. A number counts the PEM blocks of a text, from 0. */
  readonly path: readonly (string | number)[];
  readonly outcome: PrivateKeyOutcome;
}

/** The private keys that were found somewhere. */
export interface PrivateKeys {
  readonly found: readonly PrivateKey[];
  /** Whether there may be more than were found, because no more are looked for. */
  readonly areMoreLeftOut: boolean;
  /** The digests of the public keys of those that are proven. */
  readonly disclosed: readonly string[];
}

/** How many private keys are examined: as many as an uploaded set may have. */
const maxExamined = 50;
/** RSA keys are proven by their exponents until this much is computed: that of 16 exponents of 2048 bits. */
const computingLimit = 16 * 2048 ** 3;
const maxDepth = 12;
const pemBegin = '-----BEGIN ';
const privateLabel = /^[A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----/u;
const jsonBegin = /^\s*[[{]/u;
const base64 = /^[A-Za-z0-9+/_\s-]{40,}={0,2}$/u;
const hex = /^(?:0x)?(?<digits>[0-9a-f]{80,})$/iu;

/**
 * Finds the private keys in a value, in whatever form and at whatever place: JSON Web Keys, PEM, DER in
 * Base64 or hexadecimal, and OpenSSH. A public key counts as disclosed only where the private key is proven to
 * be its own, so that nobody has the key of another partner refused by inventing private members. Only some
 * are proven, because each takes time.
 * @param limit how much may be computed to prove RSA keys by their exponents; 0 proves them by factors alone
 */
export function findPrivateKeys(value: unknown, limit = computingLimit): PrivateKeys {
  const disclosed = new Set<string>();
  const budget = { left: limit };
  const found: PrivateKey[] = [];
  for (const { path, publicHalves } of candidatesIn(value, [])) {
    if (found.length === maxExamined) {
      found.push({ path, outcome: 'left_out' });
      return { found, areMoreLeftOut: true, disclosed: [...disclosed] };
    }
    const halves = orUndefined(() => publicHalves(budget));
    found.push({ path, outcome: outcomeOf(halves) });
    if (typeof halves !== 'object') continue;
    for (const jwk of halves) {
      for (const digest of digestsOf({ jwk, thumbprint: thumbprintOf(jwk) })) disclosed.add(digest);
    }
  }
  return { found, areMoreLeftOut: false, disclosed: [...disclosed] };
}

type PublicJwk = Readonly<Record<string, string>>;
/** The public keys that a private key is proven to belong to, or that it was left out. */
type Halves = readonly PublicJwk[] | 'left_out';

function outcomeOf(halves: Halves | undefined): PrivateKeyOutcome {
  if (halves === 'left_out') return 'left_out';
  return halves === undefined || halves.length === 0 ? 'unread' : 'refused';
}

/** How much may still be computed, in bits of the modulus to the third power. */
interface Budget {
  left: number;
}

interface Candidate extends Pick<PrivateKey, 'path'> {
  readonly publicHalves: (budget: Budget) => Halves;
}
type Path = Candidate['path'];

function* candidatesIn(value: unknown, path: Path, depth = 0): Generator<Candidate> {
  if (depth > maxDepth) return;
  if (typeof value === 'string') yield* candidatesInText(value, path, depth);
  if (typeof value !== 'object' || value === null) return;
  const jwk = privateJwkOf(value);
  if (jwk !== undefined) yield { path, publicHalves: (budget) => provenHalves(jwk, budget) };
  for (const [name, member] of Object.entries(value)) {
    yield* candidatesIn(member, [...path, name], depth + 1);
  }
}

function* candidatesInText(sent: string, path: Path, depth: number): Generator<Candidate> {
  const text = withoutEncodingMarks(sent);
  const json = orUndefined(() => (jsonBegin.test(text) ? (JSON.parse(text) as unknown) : undefined));
  if (json !== undefined) {
    yield* candidatesIn(json, path, depth + 1);
    return;
  }
  const blocks = [...text.split(pemBegin).slice(1).entries()].filter(
    // The label may be wrong.
    ([, block]) => privateLabel.test(block) || privateJwkIn(bytesOfPem(block)) !== undefined,
  );
  for (const [index, block] of blocks) {
    yield { path: [...path, index], publicHalves: (budget) => halvesOfPem(block, budget) };
  }
  if (blocks.length > 0) return;
  if (text.includes('PuTTY-User-Key-File-')) {
    yield { path, publicHalves: () => [] };
    return;
  }
  const digits = hex.exec(text.replaceAll(/[\s:]/gu, ''))?.groups?.['digits'];
  if (digits !== undefined) yield* candidatesInBytes(Buffer.from(digits, 'hex'), path, depth);
  else if (base64.test(text)) yield* candidatesInBytes(Buffer.from(text, 'base64'), path, depth);
}

/** Drops what text in UTF-16 has besides its characters if it is read as another encoding, and blanks. */
const withoutEncodingMarks = (text: string): string =>
  text
    .replaceAll('\0', '')
    .replace(/^[^\x21-\x7e]+/u, '')
    .trim();

function* candidatesInBytes(bytes: Buffer, path: Path, depth: number): Generator<Candidate> {
  if (privateJwkIn(bytes) !== undefined) {
    yield { path, publicHalves: (budget) => halvesOfBytes(bytes, budget) };
    return;
  }
  const text = withoutEncodingMarks(bytes.toString('latin1'));
  if (text.includes(pemBegin) || jsonBegin.test(text)) yield* candidatesInText(text, path, depth + 1);
}

/** Returns an object as a JWK with names in lower case, or undefined if it is none with a private member. */
function privateJwkOf(value: object): Jwk | undefined {
  const jwk = withLowerCaseNames(withoutEmpty({ ...value }));
  const hasAny = (names: readonly string[]): boolean => names.some((name) => Object.hasOwn(jwk, name));
  return hasAny(['kty', 'crv', 'n']) && hasAny(privateMembers) ? jwk : undefined;
}

/**
 * Returns the public keys that a private JWK is proven to belong to. Its members prove them, whatever type and
 * curve it names: a wrong name must not keep a disclosed key in force.
 */
function provenHalves(jwk: Jwk, budget: Budget): Halves {
  const ofCurves = curveHalves(jwk);
  if (ofCurves.length > 0 || typeof jwk['n'] !== 'string') return ofCurves;
  const rsa = { ...jwk, kty: 'RSA' };
  const stated = normalJwk(rsa) ?? normalJwk({ ...rsa, e: 'AQAB' });
  return stated === undefined ? [] : rsaHalves(jwk, stated, budget);
}

/** What precedes the 32 bytes of a private key of Ed25519 in PKCS#8 (RFC 8410 §7). */
const ed25519Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

/** What derives the public key on each curve from a private one. Node.js takes a stated one for granted. */
const curves: readonly (readonly [crv: string, derive: (secret: Buffer) => PublicJwk | undefined])[] = [
  ['P-256', (secret) => ecHalf('P-256', 'prime256v1', secret)],
  ['P-384', (secret) => ecHalf('P-384', 'secp384r1', secret)],
  ['P-521', (secret) => ecHalf('P-521', 'secp521r1', secret)],
  ['Ed25519', ed25519Half],
];

/**
 * Returns the public key on any curve that follows from the private member of a key and is the one it states.
 * If it states none, those on every curve are returned, because the name of the curve may be wrong.
 */
function curveHalves({ crv, d, x }: Jwk): readonly PublicJwk[] {
  if (typeof d !== 'string') return [];
  const secret = Buffer.from(d, 'base64url');
  const isNamed = ([name]: (typeof curves)[number]): boolean => name === crv;
  const named = curves.filter(isNamed);
  if (x === undefined && named.length === 0) return [];
  const halves: PublicJwk[] = [];
  for (const [, derive] of [...named, ...curves.filter((curve) => !isNamed(curve))]) {
    const half = orUndefined(() => derive(secret));
    if (half === undefined) continue;
    if (x !== undefined && isSameX(half, x)) return [half];
    halves.push(half);
  }
  return x === undefined ? halves : [];
}

/** The bit of the last byte of an Ed25519 key that says which of two points it is (RFC 8032 §5.1.2). */
const signOfEd25519 = 128n;

/** Compares the `x` of a public key, of Ed25519 without its sign: the secret is good for both points. */
function isSameX(half: PublicJwk, x: unknown): boolean {
  const difference = integerOf(half['x']) ^ integerOf(x);
  return difference === 0n || (half['crv'] === 'Ed25519' && difference === signOfEd25519);
}

function ecHalf(crv: string, ecdhName: string, secret: Buffer): PublicJwk {
  const ecdh = createECDH(ecdhName);
  ecdh.setPrivateKey(secret);
  const point = ecdh.getPublicKey().subarray(1);
  const [x, y] = [point.subarray(0, point.length / 2), point.subarray(point.length / 2)];
  return { crv, kty: 'EC', x: x.toString('base64url'), y: y.toString('base64url') };
}

function ed25519Half(secret: Buffer): PublicJwk | undefined {
  const der = Buffer.concat([ed25519Prefix, secret]);
  return jwkOf(createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })));
}

/** Returns the lines between the begin and the end of a PEM block. */
const bodyOfPem = (block: string): string => (block.split('-----', 2)[1] ?? '').replaceAll(/\\[nr]/gu, '\n');

/** Returns the public key of a PEM block after its begin, or none if it is encrypted or damaged. */
function halvesOfPem(block: string, budget: Budget): Halves {
  return /^Proc-Type:.*ENCRYPTED/mu.test(bodyOfPem(block)) ? [] : halvesOfBytes(bytesOfPem(block), budget);
}

/** Returns the content of a PEM block after its begin. */
const bytesOfPem = (block: string): Buffer =>
  Buffer.from(bodyOfPem(block).replaceAll(/^[\w-]+:.*$/gmu, ''), 'base64');

/** Returns the public key of a private key in DER or of OpenSSH, if it is one. */
function halvesOfBytes(bytes: Buffer, budget: Budget): Halves {
  // The public key in the file may be that of somebody else, so it has to be proven as that of a JWK has.
  const jwk = privateJwkIn(bytes);
  return jwk === undefined ? [] : provenHalves(jwk, budget);
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

/** RSA keys with more bits, or with another public exponent, are trusted nowhere. */
const largestModulus = 2n ** 8192n;
const publicExponents = { smallest: 3n, largest: 2n ** 64n } as const;

/**
 * Returns the public key of an RSA key that has a private member that is enough to sign: a factor of the
 * modulus, or one of the private exponents (RFC 8017 §3). Each is right modulo a factor at least, and nobody
 * finds such a number without knowing the factor. That holds for a public exponent of 3 or more: to the power
 * of 1, every number stays as it is under every modulus. The factors are looked at first, because that is cheap.
 */
function rsaHalves(jwk: Jwk, stated: PublicJwk, budget: Budget): Halves {
  const [modulus, publicExponent] = [integerOf(stated['n']), integerOf(stated['e'])];
  if (modulus >= largestModulus) return [];
  const isFactor = (factor: bigint): boolean => factor > 1n && factor < modulus && modulus % factor === 0n;
  if ([jwk['p'], jwk['q']].map(integerOf).some(isFactor)) return [stated];
  if (publicExponent < publicExponents.smallest || publicExponent >= publicExponents.largest) return [];
  for (const exponent of [jwk['d'], jwk['dp'], jwk['dq']].map(integerOf)) {
    if (exponent <= 0n || exponent >= modulus) continue;
    if (budget.left <= 0) return 'left_out';
    budget.left -= modulus.toString(2).length ** 3;
    const decrypted = power(power(2n, publicExponent, modulus), exponent, modulus);
    if (greatestDivisor(modulus, (decrypted + modulus - 2n) % modulus) > 1n) return [stated];
  }
  return [];
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
