import * as z from 'zod/mini';
import { digestsOf } from '../../core/trust/disclosed-keys.ts';
import {
  type KeyError,
  type KeyErrorCode,
  InvalidKeys,
  privateKeyError,
} from '../../core/trust/key-errors.ts';
import { isTrustedAlgorithm, type KeyMaterial, shownKid } from '../../core/trust/key-rules.ts';
import type { KeysRead } from '../../core/trust/key-upload.ts';
import { type LeftOutKey, maxLeftOutShown, type TrustedKey } from '../../core/trust/records.ts';
import { readCertificate } from './certificate.ts';
import { privateMembers, withLowerCaseNames, withoutEmpty } from './jwk-members.ts';
import { jwkOf, normalJwk } from './public-key.ts';

type Jwk = Readonly<Record<string, unknown>>;

/** How many keys an uploaded set may have. */
export const maxUploaded = 50;
/** How many keys of a published set are examined. The others cost little, because they are only looked at. */
const maxExamined = 100;
const jwkObject = z.record(z.string(), z.unknown());
const keySet = z.object({ keys: z.array(z.unknown()) });
const x509 = z.string().check(z.maxLength(20_000));
const curves: Readonly<Record<string, readonly string[]>> = {
  EC: ['P-256', 'P-384', 'P-521'],
  OKP: ['Ed25519'],
};

/** What one member of a set turned out to be. */
type KeyRead =
  | { readonly material: KeyMaterial }
  | { readonly fault: KeyError }
  /** RFC 7517 §5 has it ignored. `isForSignatures`: it may be meant for signatures all the same. */
  | { readonly ignored: string; readonly isForSignatures: boolean };

/**
 * Reads an uploaded JWK set (RFC 7517 §5). As the RFC says, keys for other purposes and of unknown types are
 * ignored. A set that contains anything secret is rejected.
 * @throws {InvalidKeys}
 */
export function readJwks(document: unknown): {
  readonly materials: readonly KeyMaterial[];
  readonly warnings: readonly string[];
} {
  const materials: KeyMaterial[] = [];
  const warnings: string[] = [];
  const faults: KeyError[] = [];
  const set = z.array(jwkObject).check(z.maxLength(maxUploaded)).safeParse(entriesOf(document));
  if (!set.success) throw noSet(`, at most ${maxUploaded} of them`);
  for (const [index, jwk] of set.data.entries()) {
    const where = `Key ${index + 1}`;
    const read = readKey(where, withoutEmpty(jwk));
    if ('material' in read) materials.push(read.material);
    else if ('fault' in read) faults.push(read.fault);
    else warnings.push(leftOutSentence(where, read.ignored));
  }
  if (faults.length > 0) throw new InvalidKeys(faults);
  return { materials, warnings };
}

/**
 * Reads the JWK set at a `jwksUrl`. Each of its keys is examined by itself, so that a flawed one keeps no
 * other key in or out.
 * @param disclosed the digests of keys that are left out
 * @param check checks a key against the rules
 * @throws {InvalidKeys} if it is no JWK set
 */
export function readPublishedJwks(
  document: unknown,
  disclosed: readonly string[],
  check: (material: KeyMaterial) => TrustedKey | readonly KeyError[],
): KeysRead & Required<Pick<KeysRead, 'leftOut'>> {
  const keys: TrustedKey[] = [];
  const leftOut: LeftOutKey[] = [];
  const warnings: string[] = [];
  let examined = 0;
  for (const [index, entry] of entriesOf(document).entries()) {
    const where = `Key ${index + 1}`;
    const object = jwkObject.safeParse(entry);
    const jwk = object.success ? withoutEmpty(object.data) : {};
    const leaveOut = (code: KeyErrorCode, why: string): void => {
      leftOut.push({ key: shownKid(jwk['kid']) ?? where.toLowerCase(), code });
      if (warnings.length < maxLeftOutShown) warnings.push(why);
    };
    const read = object.success ? examine(where, jwk) : notAnObject(where);
    if ('ignored' in read) {
      const why = leftOutSentence(where, read.ignored);
      if (read.isForSignatures) leaveOut('unsupported_key', why);
      else if (warnings.length < maxLeftOutShown) warnings.push(why);
    } else if ('fault' in read) {
      leaveOut(read.fault.code, read.fault.allowed);
    } else {
      const checked = checkSafely(read.material);
      if ('thumbprint' in checked) keys.push(checked);
      else for (const { code, allowed } of checked.slice(0, 1)) leaveOut(code, allowed);
    }
  }
  const [trusted, withDisclosed] = partition(
    keys,
    (key) => !digestsOf(key).some((digest) => disclosed.includes(digest)),
  );
  for (const { kid, thumbprint } of withDisclosed) {
    leftOut.push({ key: shownKid(kid) ?? thumbprint, code: 'private_key' });
  }
  return { keys: trusted, warnings, leftOut };

  function examine(where: string, jwk: Jwk): KeyRead {
    const cheap = findSecret(where, jwk) ?? whyIgnored(jwk);
    if (cheap === undefined) examined += 1;
    if (examined > maxExamined) {
      return { fault: { code: 'too_many_keys', allowed: `${where}: at most ${maxExamined} are examined.` } };
    }
    return readKey(where, jwk);
  }

  function checkSafely(material: KeyMaterial): TrustedKey | readonly KeyError[] {
    try {
      return check(material);
    } catch {
      return [malformedKey(material.where)];
    }
  }
}

/** @throws {InvalidKeys} if the document is no JWK set */
function entriesOf(document: unknown): readonly unknown[] {
  const set = keySet.safeParse(document);
  if (!set.success) throw noSet('');
  return set.data.keys;
}

const noSet = (limit: string): InvalidKeys =>
  new InvalidKeys([
    { code: 'malformed', allowed: `A JWK set is an object with the member keys, a list of keys${limit}.` },
  ]);
const leftOutSentence = (where: string, why: string): string => `${where} is left out: ${why}.`;
const malformedKey = (where: string): KeyError => ({
  code: 'malformed',
  allowed: `${where}: its members must be those of RFC 7518 for its type, base64url, and a key.`,
});
const notAnObject = (where: string): KeyRead => ({
  fault: { code: 'malformed', allowed: `${where}: a key is an object.` },
});

function partition<Item>(items: readonly Item[], holds: (item: Item) => boolean): readonly [Item[], Item[]] {
  const [yes, no]: [Item[], Item[]] = [[], []];
  for (const item of items) (holds(item) ? yes : no).push(item);
  return [yes, no];
}

function readKey(where: string, jwk: Jwk): KeyRead {
  const secret = findSecret(where, jwk);
  if (secret !== undefined) return { fault: secret };
  const ignored = whyIgnored(jwk);
  if (ignored !== undefined) return ignored;
  try {
    const read = materialOf(where, jwk);
    return 'code' in read ? { fault: read } : { material: read };
  } catch {
    return { fault: malformedKey(where) };
  }
}

/** Returns an error if the key contains secret members, which must never be sent to anybody. */
function findSecret(where: string, sent: Jwk): KeyError | undefined {
  const jwk = withLowerCaseNames(sent);
  if (Object.hasOwn(jwk, 'k')) {
    return {
      code: 'symmetric_key',
      allowed: `${where}: only public keys are taken, of RSA, EC or Ed25519. This secret has left its owner's hands: have it replaced.`,
    };
  }
  return privateMembers.some((member) => Object.hasOwn(jwk, member)) ? privateKeyError(where) : undefined;
}

/** Encryption algorithms (RFC 7518 §4). A key that names one is never meant for signatures. */
const encryptionAlgorithm = /^(?:RSA1_5|RSA-OAEP|ECDH-ES|dir$|A\d{3}(?:GCM)?KW$|PBES2)/u;

/** Returns why a key is ignored, or undefined if it can verify signatures here. */
function whyIgnored({
  use,
  key_ops: operations,
  alg,
  kty,
  crv,
}: Jwk): Extract<KeyRead, { ignored: string }> | undefined {
  if (use !== undefined && use !== 'sig') return { ignored: 'its use is not sig', isForSignatures: false };
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) {
    return { ignored: 'its key_ops are without verify', isForSignatures: false };
  }
  if (alg !== undefined && !isTrustedAlgorithm(alg)) {
    return {
      ignored: 'its alg is not one of those that are accepted',
      isForSignatures: !(typeof alg === 'string' && encryptionAlgorithm.test(alg)),
    };
  }
  if (kty === 'RSA') return undefined;
  const supportedCurves = typeof kty === 'string' && Object.hasOwn(curves, kty) ? curves[kty] : undefined;
  if (typeof crv === 'string' && supportedCurves?.includes(crv)) return undefined;
  return { ignored: 'its type or curve is not one of those that are accepted', isForSignatures: true };
}

function materialOf(where: string, jwk: Jwk): KeyMaterial | KeyError {
  const { kid, alg, x5c } = jwk;
  if (kid !== undefined && typeof kid !== 'string') {
    return { code: 'bad_kid', allowed: `${where}: a kid is a text.` };
  }
  const normal = normalJwk(jwk);
  if (normal === undefined) return malformedKey(where);
  const material = {
    where,
    jwk: normal,
    ...(kid !== undefined && { kid }),
    ...(typeof alg === 'string' && { algorithm: alg }),
  };
  if (x5c === undefined) return material;
  const certificate = certificateOf(x5c);
  return certificate?.jwk !== undefined && isSame(certificate.jwk, normal)
    ? { ...material, certificate: certificate.facts }
    : { code: 'malformed', allowed: `${where}: the first certificate of x5c must be of this key.` };
}

/**
 * Reads the first certificate of an `x5c`, which is that of the key. RFC 7517 §4.7: it is base64, not
 * base64url.
 */
function certificateOf(x5c: unknown) {
  const first: unknown = Array.isArray(x5c) ? x5c[0] : undefined;
  try {
    const { publicKey, facts } = readCertificate(Buffer.from(x509.parse(first), 'base64'));
    return { jwk: jwkOf(publicKey), facts };
  } catch {
    return undefined;
  }
}

const isSame = (one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean =>
  JSON.stringify(one) === JSON.stringify(other);
