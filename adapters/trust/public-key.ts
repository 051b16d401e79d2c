import { createPublicKey, type KeyObject } from 'node:crypto';
import type { PublicKey } from '../../core/trust/disclosed-keys.ts';
import { thumbprintOf } from '../../core/trust/key-rules.ts';
import type { TrustedKey } from '../../core/trust/records.ts';

/**
 * The members that RFC 7638 §3.2 and RFC 8037 §2 require for each key type, in alphabetical order. No other
 * member is kept.
 */
const members: Readonly<Record<string, readonly string[]>> = {
  RSA: ['e', 'kty', 'n'],
  EC: ['crv', 'kty', 'x', 'y'],
  OKP: ['crv', 'kty', 'x'],
};

/** Returns the public members of a key as a JWK, or undefined if JWK has no form for the key. */
export function jwkOf(key: KeyObject): Readonly<Record<string, string>> | undefined {
  try {
    return publicMembers(key.export({ format: 'jwk' }));
  } catch {
    return undefined;
  }
}

/**
 * Returns the public members of a JWK in normal form. Returns undefined if it is not a valid key, for example
 * a point that is not on the curve.
 */
export function normalJwk(
  jwk: Readonly<Record<string, unknown>>,
): Readonly<Record<string, string>> | undefined {
  const written = publicMembers(jwk);
  if (written === undefined || !Object.values(written).every((value) => /^[\w-]{1,2000}$/u.test(value))) {
    return undefined;
  }
  try {
    return jwkOf(createPublicKey({ key: written, format: 'jwk' }));
  } catch {
    return undefined;
  }
}

/** Returns the public members and the thumbprint (RFC 7638) of a stored JWK, whatever members it has besides. */
export function publicKeyOf(jwk: Readonly<Record<string, unknown>>): PublicKey | undefined {
  const written = publicMembers(jwk);
  return written === undefined ? undefined : { jwk: written, thumbprint: thumbprintOf(written) };
}

/**
 * Returns how operators call stored JWKs, by `kid` and thumbprint, and what they are looked up by. A JWK without
 * a thumbprint is left out.
 */
export const namesOfKeys = (
  keys: readonly Readonly<Record<string, unknown>>[],
): readonly (PublicKey & Pick<TrustedKey, 'kid'>)[] =>
  keys.flatMap((key) => {
    const { kid } = key;
    const found = publicKeyOf(key);
    return found === undefined ? [] : [{ kid: typeof kid === 'string' ? kid : found.thumbprint, ...found }];
  });

function publicMembers(jwk: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> | undefined {
  const { kty } = jwk;
  const names = typeof kty === 'string' && Object.hasOwn(members, kty) ? members[kty] : undefined;
  const found = (names ?? []).flatMap((name) => {
    const value = jwk[name];
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  return names === undefined || found.length < names.length ? undefined : Object.fromEntries(found);
}
