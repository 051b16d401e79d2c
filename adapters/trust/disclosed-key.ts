import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { thumbprintOf } from '../../core/trust/key-rules.ts';
import type { DisclosedKey } from '../../core/trust/disclosed-key.ts';
import { jwkOf, normalJwk } from './public-key.ts';

type Jwk = Readonly<Record<string, unknown>>;

/**
 * Returns the key that the private members of a JWK disclose, or undefined if its public members are no key.
 */
export function disclosedJwk(jwk: Jwk): DisclosedKey | undefined {
  const normal = normalJwk(jwk);
  if (normal === undefined) return undefined;
  const isProven = signsFor(jwk, normal) || (normal['kty'] === 'RSA' && hasRsaSecret(jwk, normal));
  return { thumbprint: thumbprintOf(normal), isProven };
}

/** Returns the key that a private key in DER discloses, or undefined if it cannot be read. */
export function disclosedDer(label: string, der: Buffer): DisclosedKey | undefined {
  const type = { 'PRIVATE KEY': 'pkcs8', 'RSA PRIVATE KEY': 'pkcs1', 'EC PRIVATE KEY': 'sec1' } as const;
  try {
    if (!Object.hasOwn(type, label)) return undefined;
    const key = createPrivateKey({ key: der, format: 'der', type: type[label as keyof typeof type] });
    const jwk = jwkOf(createPublicKey(key));
    return jwk === undefined ? undefined : { thumbprint: thumbprintOf(jwk), isProven: true };
  } catch {
    return undefined;
  }
}

/** Tells whether the private key makes signatures that the public key verifies. */
function signsFor(jwk: Jwk, normal: Readonly<Record<string, string>>): boolean {
  const data = Buffer.from('disclosed');
  try {
    const privateKey: KeyObject = createPrivateKey({ key: { ...jwk, ...normal }, format: 'jwk' });
    const hash = normal['kty'] === 'OKP' ? null : 'sha256';
    const publicKey = createPublicKey({ key: normal, format: 'jwk' });
    return verify(hash, data, publicKey, sign(hash, data, privateKey));
  } catch {
    return false;
  }
}

/**
 * Tells whether an RSA key without all its private members has one that is enough to sign: the private
 * exponent or a factor of the modulus (RFC 8017 §3).
 */
function hasRsaSecret(jwk: Jwk, normal: Readonly<Record<string, string>>): boolean {
  const modulus = integerOf(normal['n']);
  const isFactor = (factor: bigint): boolean => factor > 1n && factor < modulus && modulus % factor === 0n;
  if ([jwk['p'], jwk['q']].map(integerOf).some(isFactor)) return true;
  const exponent = integerOf(jwk['d']);
  if (exponent === 0n || exponent >= modulus) return false;
  return power(power(2n, integerOf(normal['e']), modulus), exponent, modulus) === 2n;
}

function integerOf(value: unknown): bigint {
  const isUsable = typeof value === 'string' && /^[\w-]{1,2000}$/u.test(value);
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
