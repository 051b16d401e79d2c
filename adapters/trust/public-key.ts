import { createPublicKey, type KeyObject } from 'node:crypto';

/** The members that RFC 7638 §3.2 and RFC 8037 §2 require of a key's type, in the order of their names: nothing else is kept. */
const members: Readonly<Record<string, readonly string[]>> = {
  RSA: ['e', 'kty', 'n'],
  EC: ['crv', 'kty', 'x', 'y'],
  OKP: ['crv', 'kty', 'x'],
};

/** The public members of a key as a JWK; undefined if JWK has no form for it. */
export function jwkOf(key: KeyObject): Readonly<Record<string, string>> | undefined {
  try {
    return publicMembers(key.export({ format: 'jwk' }));
  } catch {
    return undefined;
  }
}

/** The same of a JWK as somebody wrote it; undefined if it is no key, such as a point off its curve. */
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

function publicMembers(jwk: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> | undefined {
  const { kty } = jwk;
  const names = typeof kty === 'string' && Object.hasOwn(members, kty) ? members[kty] : undefined;
  const found = (names ?? []).flatMap((name) => {
    const value = jwk[name];
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  return names === undefined || found.length < names.length ? undefined : Object.fromEntries(found);
}
