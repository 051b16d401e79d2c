import { createHash } from 'node:crypto';
import type { KeyError } from './key-upload.ts';
import { trustedAlgorithms, type TrustedAlgorithm, type TrustedKey } from './records.ts';

/** A public key as it was read, before it is believed. */
export interface KeyMaterial {
  /** How faults name it: `certificate "acme"`, `key 2`. */
  readonly where: string;
  /** The members that RFC 7638 §3.2 requires of its type; absent if it is of none that JWS knows. */
  readonly jwk?: Readonly<Record<string, string>>;
  /** What tokens call it, if that is known. */
  readonly kid?: string;
  /** What it says of itself (`alg` of a JWK). */
  readonly algorithm?: string;
  readonly certificate?: CertificateFacts;
}

export interface CertificateFacts {
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** The hash that its own signature is over, or `none` of its own; undefined if it is none that is known. */
  readonly signatureHash: string | undefined;
  /** False if its key usage says that it verifies no signatures but certificates'. */
  readonly forSignatures: boolean;
}

/** Bits of RSA: less is weak, more is slow. */
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
 * Holds a key to the rules and pins its algorithm: the chosen one, else its own, else the first that fits.
 * @returns the key, or every fault of it
 */
export function trustedKey(
  material: KeyMaterial,
  chosen: TrustedAlgorithm | undefined,
  now: Date,
): TrustedKey | readonly KeyError[] {
  const { where, jwk, certificate } = material;
  const fitting = jwk === undefined ? [] : algorithmsOf(jwk);
  if (jwk === undefined || fitting.length === 0) {
    return [{ code: 'unsupported_key', allowed: `${where}: a key is ${allowedTypes}.` }];
  }

  const thumbprint = thumbprintOf(jwk);
  const kid = material.kid ?? thumbprint;
  const named = chosen ?? material.algorithm;
  const algorithm = named === undefined ? fitting[0] : fitting.find((each) => each === named);
  const ownFits = material.algorithm === undefined || algorithm === material.algorithm;
  const faults: KeyError[] = [
    ...strengthFaults(where, jwk),
    ...(certificate === undefined ? [] : certificateFaults(where, certificate, now)),
    ...(kidSyntax.test(kid)
      ? []
      : [
          {
            code: 'bad_kid',
            allowed: `${where}: a kid has 1 to 200 characters, no control characters.`,
          } as const,
        ]),
    ...(algorithm !== undefined && ownFits
      ? []
      : [
          {
            code: 'algorithm_mismatch',
            allowed: `${where}: it can be pinned to ${fitting.join(', ')}${material.algorithm === undefined ? '' : ', and only to the alg that it names itself'}.`,
          } as const,
        ]),
  ];
  if (algorithm === undefined || faults.length > 0) return faults;
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

function algorithmsOf(jwk: Readonly<Record<string, string>>): readonly TrustedAlgorithm[] {
  return jwk['kty'] === 'RSA' ? rsaAlgorithms : (curveAlgorithms[jwk['crv'] ?? ''] ?? []);
}

/** NIST SP 800-131A for the length, SP 800-56B §6.2 for the exponent: 1 would let anybody sign. */
function strengthFaults(
  where: string,
  { kty, n = '', e = '' }: Readonly<Record<string, string>>,
): readonly KeyError[] {
  if (kty !== 'RSA') return [];
  const bits = bitsOf(n);
  const exponent = numberOf(e);
  return [
    ...(bits < rsaBits.least || bits > rsaBits.most
      ? [
          {
            code: 'weak_key',
            allowed: `${where}: RSA of ${bits} bits; ${rsaBits.least} to ${rsaBits.most} are allowed.`,
          } as const,
        ]
      : []),
    ...(exponent < 65537n || exponent % 2n === 0n || exponent >= 2n ** 64n
      ? [
          {
            code: 'weak_key',
            allowed: `${where}: the public exponent of RSA is odd, 65537 at least, and shorter than 65 bits.`,
          } as const,
        ]
      : []),
  ];
}

function certificateFaults(
  where: string,
  { notBefore, notAfter, signatureHash, forSignatures }: CertificateFacts,
  now: Date,
): readonly KeyError[] {
  return [
    ...(now >= notAfter
      ? [
          {
            code: 'expired',
            allowed: `${where}: it expired at ${notAfter.toISOString()}; a certificate is in force when it is registered.`,
          } as const,
        ]
      : []),
    ...(now < notBefore
      ? [
          {
            code: 'not_yet_valid',
            allowed: `${where}: it is valid from ${notBefore.toISOString()} on; register it then.`,
          } as const,
        ]
      : []),
    ...(strongHashes.includes(signatureHash)
      ? []
      : [
          {
            code: 'weak_signature',
            allowed: `${where}: a certificate is signed over SHA-256, SHA-384 or SHA-512, or by Ed25519; SHA-1 and MD5 are broken.`,
          } as const,
        ]),
    ...(forSignatures
      ? []
      : [
          {
            code: 'not_for_signatures',
            allowed: `${where}: the key usage of a certificate that has one names digitalSignature or nonRepudiation.`,
          } as const,
        ]),
  ];
}

const numberOf = (base64url: string): bigint =>
  BigInt(`0x0${Buffer.from(base64url, 'base64url').toString('hex')}`);
const bitsOf = (base64url: string): number => {
  const number = numberOf(base64url);
  return number === 0n ? 0 : number.toString(2).length;
};

/** RFC 7638 §3, SHA-256: the required members in the order of their names. */
function thumbprintOf(jwk: Readonly<Record<string, string>>): string {
  const ordered = Object.fromEntries(
    Object.entries(jwk).toSorted(([one], [other]) => (one < other ? -1 : 1)),
  );
  return createHash('sha256').update(JSON.stringify(ordered)).digest('base64url');
}

/** Whether somebody may choose it: a guard for what comes from outside. */
export const isTrustedAlgorithm = (value: unknown): value is TrustedAlgorithm =>
  trustedAlgorithms.some((each) => each === value);
