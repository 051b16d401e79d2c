import { type KeyError, InvalidKeys } from './key-errors.ts';
import { shownKid, thumbprintOf } from './key-rules.ts';
import type { KeysRead, KeyUpload, ReadKeys } from './key-upload.ts';
import type { TrustedKey } from './records.ts';

/** Remembers for good, by their digests, the public keys whose private keys were sent to us or published. */
export interface DisclosedKeys {
  /** Adds keys by their {@link digestsOf}. A digest that is there already keeps its date. */
  add(digests: readonly string[]): Promise<void>;
  /** Returns those of the digests that were added, each with the time of that in ISO 8601. */
  among(digests: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Tells whether the operators were told that a client has this key. */
  isTold(thumbprint: string, clientId: string): Promise<boolean>;
  /** Records that the operators were told that a client has this key. */
  setTold(thumbprint: string, clientId: string): Promise<void>;
}

/** What a public key is looked up by. */
export type PublicKey = Pick<TrustedKey, 'thumbprint' | 'jwk'>;

/**
 * Returns the digests by which a key is remembered if its private key is disclosed, and looked up. One is its
 * thumbprint, which is all that was remembered at first. The other is the same for all the public keys that
 * its private key is good for: those of one RSA modulus with any exponent, and the two points that are the
 * negative of each other.
 */
export const digestsOf = ({ thumbprint, jwk }: PublicKey): readonly string[] => [
  ...new Set([thumbprint, thumbprintOf(membersWithoutVariants(jwk))]),
];

/** Returns the members that do not differ between the public keys that one private key is good for. */
function membersWithoutVariants({ kty, crv, n, x }: PublicKey['jwk']): Readonly<Record<string, string>> {
  if (n !== undefined) return { kty: 'RSA', n };
  return { kty: kty ?? '', crv: crv ?? '', x: crv === 'Ed25519' ? withoutSign(x ?? '') : (x ?? '') };
}

/** Clears the first bit of the last byte, which says which of two points it is (RFC 8032 §5.1.2). */
function withoutSign(x: string): string {
  const bytes = Buffer.from(x, 'base64url');
  const last = bytes.length - 1;
  if (last >= 0) bytes[last] = (bytes[last] ?? 0) % 128;
  return bytes.toString('base64url');
}

/** Returns which of the keys were disclosed, by their thumbprints, each with the time in ISO 8601. */
export async function findDisclosed(
  store: Pick<DisclosedKeys, 'among'>,
  keys: readonly PublicKey[],
): Promise<ReadonlyMap<string, string>> {
  const times = await store.among([...new Set(keys.flatMap(digestsOf))]);
  return new Map(
    keys.flatMap((key) => {
      const [first] = digestsOf(key)
        .flatMap((digest) => times.get(digest) ?? [])
        .toSorted();
      return first === undefined ? [] : [[key.thumbprint, first] as const];
    }),
  );
}

/** What reads keys and remembers which of them were disclosed. */
export interface UndisclosedReading {
  readonly readKeys: ReadKeys;
  readonly disclosedKeys: Pick<DisclosedKeys, 'add' | 'among'>;
}

const sentence = (kid: string): string =>
  `${kid}: its private key was disclosed before, so it is not taken any more. Have it replaced.`;

/** Returns the error of a disclosed key. */
export const disclosedError = (kid: string): KeyError => ({ code: 'private_key', allowed: sentence(kid) });

/**
 * Reads an upload, and remembers the keys that it discloses. A key that was disclosed before is refused, even
 * if its private members are no longer shown. At a `jwksUrl` it is left out.
 * @throws {InvalidKeys} like {@link ReadKeys}, and if an upload has such a key
 */
export async function readUndisclosedKeys(
  { readKeys, disclosedKeys }: UndisclosedReading,
  upload: KeyUpload,
): Promise<KeysRead> {
  const read = await readKeys(upload).catch(async (error: unknown) => {
    if (error instanceof InvalidKeys) await disclosedKeys.add(error.disclosed);
    throw error;
  });
  const { keys, warnings, leftOut = [], disclosed = [] } = read;
  await disclosedKeys.add(disclosed);
  const refused = await findDisclosed(disclosedKeys, keys);
  const disclosedBefore = keys.filter(({ thumbprint }) => refused.has(thumbprint));
  if (disclosedBefore.length === 0) return read;
  const names = disclosedBefore.map(({ kid, thumbprint }) => shownKid(kid) ?? thumbprint);
  if (upload.kind !== 'jwksUrl') throw new InvalidKeys(names.map(disclosedError));
  return {
    ...read,
    keys: keys.filter(({ thumbprint }) => !refused.has(thumbprint)),
    warnings: [...warnings, ...names.map(sentence)],
    leftOut: [...leftOut, ...names.map((key) => ({ key, code: 'private_key' as const }))],
  };
}
