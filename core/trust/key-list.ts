import { type KeyError, InvalidKeys } from './key-upload.ts';
import type { TrustedKey } from './records.ts';

const most = 10;

/**
 * An issuer's keys and some more.
 * @throws {InvalidKeys} with every fault: one of them is there already, two share a kid, or they are too many
 */
export function withKeys(
  present: readonly TrustedKey[],
  added: readonly TrustedKey[],
): readonly TrustedKey[] {
  const together = [...present, ...added];
  const faults: KeyError[] =
    together.length > most
      ? [
          {
            code: 'too_many_keys',
            allowed: `An issuer has at most ${most} keys: take away those that it no longer signs with.`,
          },
        ]
      : [];
  for (const [index, { thumbprint, kid }] of together.entries()) {
    const before = together.slice(0, index);
    if (before.some((each) => each.thumbprint === thumbprint)) {
      faults.push({
        code: 'duplicate_key',
        allowed: `${kid}: each key is registered once; this one is there already.`,
      });
    } else if (before.some((each) => each.kid === kid)) {
      faults.push({
        code: 'duplicate_kid',
        allowed: `${kid}: each key of an issuer has a kid of its own; give another one, or take the older key away first.`,
      });
    }
  }
  if (faults.length > 0) throw new InvalidKeys(faults);
  return together;
}

/** An issuer's keys, with those of its `jwksUrl` as they are there now: what is gone from there is gone. */
export function withKeysOfUrl(
  present: readonly TrustedKey[],
  read: readonly TrustedKey[],
): readonly TrustedKey[] {
  const warnedOf = (thumbprint: string) =>
    present.find((each) => each.thumbprint === thumbprint && each.fromUrl)?.warned;
  const fresh = read.map((key): TrustedKey => {
    const warned = warnedOf(key.thumbprint);
    return { ...key, fromUrl: true, ...(warned !== undefined && { warned }) };
  });
  return withKeys(
    present.filter(({ fromUrl }) => !fromUrl),
    fresh,
  );
}
