import * as z from 'zod/mini';
import { isTrustedAlgorithm, type KeyMaterial } from '../../core/trust/key-rules.ts';
import { type KeyError, InvalidKeys } from '../../core/trust/key-upload.ts';
import { readCertificate } from './certificate.ts';
import { jwkOf, normalJwk } from './public-key.ts';

type Jwk = Readonly<Record<string, unknown>>;

const keySet = z.object({ keys: z.array(z.record(z.string(), z.unknown())).check(z.maxLength(50)) });
const x509 = z.string().check(z.maxLength(20_000));
/** The private members of a JWK: RFC 7518 §6.2.2, §6.3.2. */
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth'];
const curves: Readonly<Record<string, readonly string[]>> = {
  EC: ['P-256', 'P-384', 'P-521'],
  OKP: ['Ed25519'],
};

/**
 * Reads a JWK set (RFC 7517 §5). As the RFC says, keys for other purposes and of unknown types are ignored. A
 * set that contains anything secret is rejected.
 * @throws {InvalidKeys}
 */
export function readJwks(document: unknown): {
  readonly materials: readonly KeyMaterial[];
  readonly warnings: readonly string[];
} {
  const set = keySet.safeParse(document);
  if (!set.success) {
    throw new InvalidKeys([
      {
        code: 'malformed',
        allowed: 'A JWK set is an object with the member keys, a list of at most 50 keys.',
      },
    ]);
  }
  const materials: KeyMaterial[] = [];
  const warnings: string[] = [];
  const faults: KeyError[] = [];
  for (const [index, jwk] of set.data.keys.entries()) {
    const where = `Key ${index + 1}`;
    const secretError = findSecret(where, jwk);
    const ignoredBecause = secretError === undefined ? whyIgnored(jwk) : undefined;
    if (secretError !== undefined) {
      faults.push(secretError);
    } else if (ignoredBecause !== undefined) {
      warnings.push(`${where} is left out: ${ignoredBecause}.`);
    } else {
      const read = materialOf(where, jwk);
      if ('code' in read) faults.push(read);
      else materials.push(read);
    }
  }
  if (faults.length > 0) throw new InvalidKeys(faults);
  return { materials, warnings };
}

/** Returns an error if the key contains secret members, which must never be sent to anybody. */
function findSecret(where: string, jwk: Jwk): KeyError | undefined {
  if (jwk['kty'] === 'oct' || Object.hasOwn(jwk, 'k')) {
    return {
      code: 'symmetric_key',
      allowed: `${where}: only public keys are taken, of RSA, EC or Ed25519. This secret has left its owner's hands: have it replaced.`,
    };
  }
  return privateMembers.some((member) => Object.hasOwn(jwk, member))
    ? {
        code: 'private_key',
        allowed: `${where}: only public keys are taken. This private key has left its owner's hands: have it replaced.`,
      }
    : undefined;
}

/** Returns why a key is ignored, or undefined if it can verify signatures here. */
function whyIgnored({ use, key_ops: operations, alg, kty, crv }: Jwk): string | undefined {
  if (use !== undefined && use !== 'sig') return 'its use is not sig';
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) {
    return 'its key_ops are without verify';
  }
  if (alg !== undefined && !isTrustedAlgorithm(alg)) return 'its alg is not one of those that are accepted';
  if (kty === 'RSA') return undefined;
  const supportedCurves = typeof kty === 'string' && Object.hasOwn(curves, kty) ? curves[kty] : undefined;
  if (typeof crv === 'string' && supportedCurves?.includes(crv)) return undefined;
  return 'its type or curve is not one of those that are accepted';
}

function materialOf(where: string, jwk: Jwk): KeyMaterial | KeyError {
  const { kid, alg, x5c } = jwk;
  if (kid !== undefined && typeof kid !== 'string') {
    return { code: 'bad_kid', allowed: `${where}: a kid is a text.` };
  }
  const normal = normalJwk(jwk);
  if (normal === undefined) {
    return {
      code: 'malformed',
      allowed: `${where}: its members must be those of RFC 7518 for its type, base64url, and a key.`,
    };
  }
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
