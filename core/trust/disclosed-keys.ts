import type { DisclosedKey } from './disclosed-key.ts';
import { type KeyError, InvalidKeys } from './key-errors.ts';
import { shownKid } from './key-rules.ts';
import type { KeysRead, KeyUpload, ReadKeys } from './key-upload.ts';

/** Remembers disclosed keys for good. */
export interface DisclosedKeys {
  /** Adds keys. Those that are proven are refused to everybody, the others to this partner. */
  add(keys: readonly DisclosedKey[], partnerId: string): Promise<void>;
  /** Returns those of the thumbprints that are refused to this partner. */
  among(thumbprints: readonly string[], partnerId: string): Promise<ReadonlySet<string>>;
}

/** What reads keys and remembers which of them were disclosed. */
export interface UndisclosedReading {
  readonly readKeys: ReadKeys;
  readonly disclosedKeys: DisclosedKeys;
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
  partnerId: string,
): Promise<KeysRead> {
  const read = await readKeys(upload).catch(async (error: unknown) => {
    if (error instanceof InvalidKeys) await disclosedKeys.add(error.disclosed, partnerId);
    throw error;
  });
  const { keys, warnings, leftOut = [], disclosed = [] } = read;
  await disclosedKeys.add(disclosed, partnerId);
  const refused = await disclosedKeys.among(
    keys.map(({ thumbprint }) => thumbprint),
    partnerId,
  );
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
