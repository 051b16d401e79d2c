import { createHash } from 'node:crypto';
import type { KeyError, KeyErrorCode } from './key-errors.ts';
import { trustedAlgorithms, type TrustedAlgorithm, type TrustedKey } from './records.ts';

/** A public key as it was read, before it is checked. */
export interface KeyMaterial {
  /** How errors name the key: `certificate "acme"`, `key 2`. */
  readonly where: string;
  /** The members that RFC 7638 §3.2 requires for its key type. Absent if JWS does not know the key type. */
  readonly jwk?: Readonly<Record<string, string>>;
  /** The `kid` by which tokens name the key, if it is known. */
  readonly kid?: string;
  /** The algorithm that the key itself states (`alg` of a JWK). */
  readonly algorithm?: string;
  readonly certificate?: CertificateFacts;
}

/** What the rules need to know about a certificate. */
export interface CertificateFacts {
  readonly notBefore: Date;
  readonly notAfter: Date;
  /**
   * The hash algorithm of the certificate's own signature. It is `none` for a signature algorithm without a
   * separate hash (Ed25519), and undefined if the algorithm is not known.
   */
  readonly signatureHash: string | undefined;
  /** False if its key usage allows it to verify only the signatures of certificates. */
  readonly forSignatures: boolean;
}

/** Allowed RSA key lengths in bits. Shorter keys are weak, and longer ones are slow. */
const rsaBits = { least: 2048, most: 8192 } as const;
const strongHashes: readonly (string | undefined)[] = ['SHA-256', 'SHA-384', 'SHA-512', 'none'];
const rsaAlgorithms: readonly TrustedAlgorithm[] = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];
const curveAlgorithms: Readonly<Record<string, readonly TrustedAlgorithm[]>> = {
  'P-256': ['ES256'],
  'P-384': ['ES384'],
  'P-521': ['ES512'],
  Ed25519: ['EdDSA', 'Ed25519'],
};
const allowedTypes = 'RSA, EC on P-256, P-384 or P-521, or Ed25519';
const kidSyntax = /^[\x20-\x7e\u{a0}-\u{d7ff}\u{e000}-\u{10ffff}]{1,200}$/u;

/**
 * Checks a key against the rules and pins its algorithm: the chosen one, else the key's own, else the first
 * that fits the key type.
 * @param chosen the algorithm that the operator chose, if any
 * @returns the key, or every error in it
 */
export function trustedKey(
  material: KeyMaterial,
  chosen: TrustedAlgorithm | undefined,
  now: Date,
): TrustedKey | readonly KeyError[] {
  const { where, jwk, certificate, algorithm: statedAlgorithm } = material;
  const possibleAlgorithms = jwk === undefined ? [] : algorithmsOf(jwk);
  if (jwk === undefined || possibleAlgorithms.length === 0) {
    return [keyError('unsupported_key', `${where}: a key is ${allowedTypes}.`)];
  }

  const thumbprint = thumbprintOf(jwk);
  const kid = material.kid ?? thumbprint;
  const wantedAlgorithm = chosen ?? statedAlgorithm;
  const algorithm =
    wantedAlgorithm === undefined
      ? possibleAlgorithms[0]
      : possibleAlgorithms.find((each) => each === wantedAlgorithm);
  const agreesWithStated = statedAlgorithm === undefined || algorithm === statedAlgorithm;

  const errors = findStrengthErrors(where, jwk);
  if (certificate !== undefined) errors.push(...findCertificateErrors(where, certificate, now));
  if (!kidSyntax.test(kid)) {
    errors.push(keyError('bad_kid', `${where}: a kid has 1 to 200 characters, no control characters.`));
  }
  if (algorithm === undefined || !agreesWithStated) {
    const onlyStated = statedAlgorithm === undefined ? '' : ', and only to the alg that it names itself';
    errors.push(
      keyError(
        'algorithm_mismatch',
        `${where}: it can be pinned to ${possibleAlgorithms.join(', ')}${onlyStated}.`,
      ),
    );
  }
  if (algorithm === undefined || errors.length > 0) return errors;
  return {
    kid,
    jwk,
    algorithm,
    thumbprint,
    ...(certificate !== undefined && {
      notBefore: certificate.notBefore.toISOString(),
      notAfter: certificate.notAfter.toISOString(),
    }),
  };
}

const keyError = (code: KeyErrorCode, allowed: string): KeyError => ({ code, allowed });

function algorithmsOf(jwk: Readonly<Record<string, string>>): readonly TrustedAlgorithm[] {
  return jwk['kty'] === 'RSA' ? rsaAlgorithms : (curveAlgorithms[jwk['crv'] ?? ''] ?? []);
}

/**
 * Returns the errors in the strength of an RSA key. NIST SP 800-131A sets the key length, and SP 800-56B §6.2
 * the exponent: with an exponent of 1, anybody could sign.
 */
function findStrengthErrors(
  where: string,
  { kty, n = '', e = '' }: Readonly<Record<string, string>>,
): KeyError[] {
  if (kty !== 'RSA') return [];
  const errors: KeyError[] = [];
  const bits = bitLength(n);
  if (bits < rsaBits.least || bits > rsaBits.most) {
    errors.push(
      keyError('weak_key', `${where}: RSA of ${bits} bits; ${rsaBits.least} to ${rsaBits.most} are allowed.`),
    );
  }
  const exponent = parseUnsigned(e);
  if (exponent < 65537n || exponent % 2n === 0n || exponent >= 2n ** 64n) {
    errors.push(
      keyError(
        'weak_key',
        `${where}: the public exponent of RSA is odd, 65537 at least, and shorter than 65 bits.`,
      ),
    );
  }
  return errors;
}

function findCertificateErrors(
  where: string,
  { notBefore, notAfter, signatureHash, forSignatures }: CertificateFacts,
  now: Date,
): KeyError[] {
  const errors: KeyError[] = [];
  if (now >= notAfter) {
    errors.push(
      keyError(
        'expired',
        `${where}: it expired at ${notAfter.toISOString()}; a certificate is in force when it is registered.`,
      ),
    );
  }
  if (now < notBefore) {
    errors.push(
      keyError(
        'not_yet_valid',
        `${where}: it is valid from ${notBefore.toISOString()} on; register it then.`,
      ),
    );
  }
  if (!strongHashes.includes(signatureHash)) {
    errors.push(
      keyError(
        'weak_signature',
        `${where}: a certificate is signed over SHA-256, SHA-384 or SHA-512, or by Ed25519; SHA-1 and MD5 are broken.`,
      ),
    );
  }
  if (!forSignatures) {
    errors.push(
      keyError(
        'not_for_signatures',
        `${where}: the key usage of a certificate that has one names digitalSignature or nonRepudiation.`,
      ),
    );
  }
  return errors;
}

/** Returns a `kid` as it can be shown to operators, or undefined if it is too long or not plain ASCII. */
export const shownKid = (kid: unknown): string | undefined =>
  typeof kid === 'string' && /^[\x21-\x7e]{1,100}$/u.test(kid) ? kid : undefined;

const parseUnsigned = (base64url: string): bigint =>
  BigInt(`0x0${Buffer.from(base64url, 'base64url').toString('hex')}`);
const bitLength = (base64url: string): number => {
  const number = parseUnsigned(base64url);
  return number === 0n ? 0 : number.toString(2).length;
};

/**
 * Returns the SHA-256 thumbprint of a key (RFC 7638 §3): the hash of its required members, ordered by name.
 */
export function thumbprintOf(jwk: Readonly<Record<string, string>>): string {
  const ordered = Object.fromEntries(
    Object.entries(jwk).toSorted(([one], [other]) => (one < other ? -1 : 1)),
  );
  return createHash('sha256').update(JSON.stringify(ordered)).digest('base64url');
}

/** Tells whether a value from outside is one of the algorithms that can be pinned. */
export const isTrustedAlgorithm = (value: unknown): value is TrustedAlgorithm =>
  trustedAlgorithms.some((each) => each === value);
