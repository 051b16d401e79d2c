import { type KeyError, InvalidKeys } from './key-upload.ts';
import type { TrustedKey } from './records.ts';

const maxKeys = 10;

/**
 * Adds keys to an issuer's keys.
 * @returns the present keys, followed by the added ones
 * @throws {InvalidKeys} with every error: a key is there already, two keys share a kid, or there are too many
 */
export function withKeys(
  present: readonly TrustedKey[],
  added: readonly TrustedKey[],
): readonly TrustedKey[] {
  const keys = [...present, ...added];
  const errors: KeyError[] = [];
  if (keys.length > maxKeys) {
    errors.push({
      code: 'too_many_keys',
      allowed: `An issuer has at most ${maxKeys} keys: take away those that it no longer signs with.`,
    });
  }
  for (const [index, { thumbprint, kid }] of keys.entries()) {
    const earlierKeys = keys.slice(0, index);
    if (earlierKeys.some((each) => each.thumbprint === thumbprint)) {
      errors.push({
        code: 'duplicate_key',
        allowed: `${kid}: each key is registered once; this one is there already.`,
      });
    } else if (earlierKeys.some((each) => each.kid === kid)) {
      errors.push({
        code: 'duplicate_kid',
        allowed: `${kid}: each key of an issuer has a kid of its own; give another one, or take the older key away first.`,
      });
    }
  }
  if (errors.length > 0) throw new InvalidKeys(errors);
  return keys;
}

/**
 * Replaces those of an issuer's keys that came from its `jwksUrl` with the keys that were read there now. A
 * key that is no longer published is removed. Warnings that were already raised are kept.
 * @param removedKeys the thumbprints of published keys that are left out, because an operator removed them
 * @throws {InvalidKeys} like {@link withKeys}
 */
export function withKeysOfUrl(
  present: readonly TrustedKey[],
  read: readonly TrustedKey[],
  removedKeys: readonly string[] = [],
): readonly TrustedKey[] {
  const warnedOf = (thumbprint: string) =>
    present.find((each) => each.thumbprint === thumbprint && each.fromUrl)?.warned;
  const published = read.filter(({ thumbprint }) => !removedKeys.includes(thumbprint));
  const keysFromUrl = published.map((key): TrustedKey => {
    const warned = warnedOf(key.thumbprint);
    return { ...key, fromUrl: true, ...(warned !== undefined && { warned }) };
  });
  const otherKeys = present.filter(({ fromUrl }) => !fromUrl);
  return withKeys(otherKeys, keysFromUrl);
}
