import { type KeyError, InvalidKeys } from './key-errors.ts';
import { shownKid } from './key-rules.ts';
import { type Issuer, type LeftOutKey, maxLeftOutShown, type TrustedKey } from './records.ts';

/** The most keys that are uploaded to an issuer, and the most that are trusted from its `jwksUrl`. */
export const maxKeys = 10;

/**
 * Adds uploaded keys to an issuer's keys.
 * @returns the present keys, followed by the added ones
 * @throws {InvalidKeys} with every error: a key is there already, two keys share a kid, or there are too many
 */
export function withKeys(
  present: readonly TrustedKey[],
  added: readonly TrustedKey[],
): readonly TrustedKey[] {
  const keys = [...present, ...added];
  const errors: KeyError[] = [];
  if (keys.filter(({ fromUrl }) => !fromUrl).length > maxKeys) {
    errors.push({
      code: 'too_many_keys',
      allowed: `An issuer has at most ${maxKeys} uploaded keys: take away those that it no longer signs with.`,
    });
  }
  for (const [index, { thumbprint, kid }] of added.entries()) {
    const earlierKeys = keys.slice(0, present.length + index);
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
 * key that is no longer published is removed, whatever else is published. Warnings that were already raised
 * are kept. A key stays pinned to one algorithm: to that of its upload, or else the first one that is
 * published. Keys may share a kid, since a token is tried with each key of its kid.
 * @param removedKeys the thumbprints of published keys that are left out, because an operator removed them
 * @returns the keys, and those that cannot be trusted beside them
 */
export function withKeysOfUrl(
  present: readonly TrustedKey[],
  read: readonly TrustedKey[],
  removedKeys: readonly string[] = [],
): { readonly keys: readonly TrustedKey[]; readonly leftOut: readonly LeftOutKey[] } {
  const uploaded = present.filter(({ fromUrl }) => !fromUrl);
  const published: TrustedKey[] = [];
  const leftOut: LeftOutKey[] = [];
  for (const key of read.filter(({ thumbprint }) => !removedKeys.includes(thumbprint))) {
    const same = [...uploaded, ...published].filter(({ thumbprint }) => thumbprint === key.thumbprint);
    if (same.some(({ algorithm }) => algorithm !== key.algorithm)) {
      leftOut.push({ key: shownKid(key.kid) ?? key.thumbprint, code: 'duplicate_key' });
    } else if (!same.some(({ kid }) => kid === key.kid)) {
      if (published.length < maxKeys) published.push(key);
      else leftOut.push({ key: shownKid(key.kid) ?? key.thumbprint, code: 'too_many_keys' });
    }
  }
  const warnedOf = (thumbprint: string) =>
    present.find((each) => each.thumbprint === thumbprint && each.fromUrl)?.warned;
  const keysFromUrl = published.map((key): TrustedKey => {
    const warned = warnedOf(key.thumbprint);
    return { ...key, fromUrl: true, ...(warned !== undefined && { warned }) };
  });
  return { keys: [...uploaded, ...keysFromUrl], leftOut };
}

/** Returns the issuer with what was left out when its `jwksUrl` was read last. */
export function withLeftOut({ leftOut: _before, ...issuer }: Issuer, leftOut: readonly LeftOutKey[]): Issuer {
  return leftOut.length === 0 ? issuer : { ...issuer, leftOut: leftOut.slice(0, maxLeftOutShown) };
}
