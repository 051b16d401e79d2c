import { type KeyError, InvalidKeys } from './key-errors.ts';
import { shownKid } from './key-rules.ts';
import type { KeysRead, KeyUpload, ReadKeys } from './key-upload.ts';

/** Remembers for good the public keys whose private keys were sent to us or published. */
export interface DisclosedKeys {
  /** Adds keys by their thumbprints. A key that is there already keeps its date. */
  add(thumbprints: readonly string[]): Promise<void>;
  /** Returns those of the thumbprints that were added, each with the time of that in ISO 8601. */
  among(thumbprints: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Tells whether the operators were told that a client has this key. */
  isTold(thumbprint: string, clientId: string): Promise<boolean>;
  /** Records that the operators were told that a client has this key. */
  setTold(thumbprint: string, clientId: string): Promise<void>;
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
  const refused = await disclosedKeys.among(keys.map(({ thumbprint }) => thumbprint));
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
