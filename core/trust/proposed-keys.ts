import { withoutProposal } from '../lifecycle/change.ts';
import { withKeys, withKeysOfUrl, withLeftOut } from './key-list.ts';
import { InvalidKeys } from './key-errors.ts';
import type { KeysRead, KeyUpload } from './key-upload.ts';
import type { Issuer, TrustedKey } from './records.ts';

/** The keys of a proposed address, as they were read for its approval. */
export interface ReadAddress extends UsableKeys {
  readonly url: string;
}

/** What was read: the keys, and those of an address that cannot be used. */
export type UsableKeys = Pick<KeysRead, 'keys' | 'leftOut'>;

/**
 * Tells whether an upload has to be approved by a second person before the issuer's tokens are verified with
 * it. Uploads for a draft need not be, because its activation takes a second person anyway. The keys of an
 * address that was approved may be read again at any time.
 */
export const needsApproval = (
  { status, jwksUrl, jwksAlgorithm }: Issuer,
  upload: Pick<KeyUpload, 'kind' | 'algorithm'> & { readonly url?: string },
): boolean =>
  status !== 'draft' &&
  !(upload.kind === 'jwksUrl' && upload.url === jwksUrl && upload.algorithm === jwksAlgorithm);

/**
 * Returns the issuer with the uploaded keys. Keys of a `jwksUrl` replace those read from it before; other
 * keys are added.
 * @throws {InvalidKeys} like {@link withKeys}
 */
export function withUpload(issuer: Issuer, upload: KeyUpload, read: UsableKeys): Issuer {
  if (upload.kind !== 'jwksUrl') return { ...issuer, keys: withKeys(issuer.keys, read.keys) };
  const { url: jwksUrl, algorithm: jwksAlgorithm } = upload;
  const address = { jwksUrl, ...(jwksAlgorithm !== undefined && { jwksAlgorithm }) };
  return withAddress({ ...issuer, ...address }, issuer.keys, read);
}

/**
 * Returns the issuer with the keys that its address publishes.
 * @param present the keys that it has besides, and those that were read from an address before
 * @throws {InvalidKeys} if the address publishes no key that can be used
 */
function withAddress(
  issuer: Issuer,
  present: readonly TrustedKey[],
  { keys: read, leftOut = [] }: UsableKeys,
): Issuer {
  requireUsable({ keys: notRemoved(issuer, read), leftOut });
  const updated = withKeysOfUrl(present, read, issuer.removedKeys);
  return withLeftOut({ ...issuer, keys: updated.keys }, [...leftOut, ...updated.leftOut]);
}

/** Leaves out the keys that an operator has removed. */
const notRemoved = ({ removedKeys = [] }: Issuer, keys: readonly TrustedKey[]): readonly TrustedKey[] =>
  keys.filter(({ thumbprint }) => !removedKeys.includes(thumbprint));

function requireUsable({ keys, leftOut = [] }: UsableKeys): void {
  if (keys.length > 0) return;
  throw new InvalidKeys([
    ...leftOut.map(({ key, code }) => ({ code, allowed: `${key}: it cannot be used.` })),
    { code: 'no_key', allowed: 'There must be at least one key for signatures that can be used.' },
  ]);
}

/**
 * Returns the issuer with the uploaded keys among those that are proposed. An address replaces the address
 * that was proposed before.
 * @throws {InvalidKeys} if the keys could not be approved together with the issuer's keys
 */
export function withProposedUpload(issuer: Issuer, upload: KeyUpload, read: UsableKeys): Issuer {
  const { proposed = { keys: [] } } = issuer;
  const { keys } = read;
  if (upload.kind !== 'jwksUrl') {
    // A proposed address replaces the keys of the present one, so those do not count.
    const present = proposed.jwksUrl === undefined ? issuer.keys : withoutUrl(issuer.keys);
    withKeys([...present, ...proposed.keys], keys);
    return { ...issuer, proposed: { ...proposed, keys: [...proposed.keys, ...keys] } };
  }
  const { url: jwksUrl, algorithm: jwksAlgorithm } = upload;
  requireUsable({ ...read, keys: notRemoved(issuer, keys) });
  return {
    ...issuer,
    proposed: {
      keys: withKeysOfUrl(withoutUrl(proposed.keys), keys, issuer.removedKeys).keys,
      jwksUrl,
      ...(jwksAlgorithm !== undefined && { jwksAlgorithm }),
    },
  };
}

/**
 * Returns the issuer with its proposed keys in force, and nothing proposed.
 * @param address the keys that the proposed address publishes now, if there is one
 * @throws {InvalidKeys} if the keys no longer fit together with the issuer's keys
 */
export function withApprovedKeys(issuer: Issuer, address: ReadAddress | undefined): Issuer {
  const { proposed } = issuer;
  if (proposed === undefined) return issuer;
  const rest = withoutProposal(issuer);
  const { jwksUrl, jwksAlgorithm } = proposed;
  if (jwksUrl === undefined) return { ...rest, keys: withKeys(rest.keys, proposed.keys) };
  const published =
    address?.url === jwksUrl ? address : { keys: proposed.keys.filter(({ fromUrl }) => fromUrl === true) };
  return withAddress(
    { ...rest, jwksUrl, ...(jwksAlgorithm !== undefined && { jwksAlgorithm }) },
    [
      ...rest.keys.filter(({ fromUrl }) => fromUrl === true),
      ...withKeys(withoutUrl(rest.keys), withoutUrl(proposed.keys)),
    ],
    published,
  );
}

/** How many removed keys an issuer's record keeps at most. */
const maxRemovedKeys = 50;

/**
 * Returns the issuer without a key. If the key came from the address of an issuer that has been active, it is
 * not read from there again.
 * @returns undefined if the issuer has no such key
 */
export function withoutKey(issuer: Issuer, thumbprint: string): Issuer | undefined {
  const { keys, removedKeys = [], status } = issuer;
  const removed = keys.find((each) => each.thumbprint === thumbprint);
  if (removed === undefined) return undefined;
  const isPublished = removed.fromUrl === true && status !== 'draft';
  return {
    ...issuer,
    keys: keys.filter((each) => each !== removed),
    ...(isPublished && { removedKeys: [...removedKeys, thumbprint].slice(-maxRemovedKeys) }),
  };
}

const withoutUrl = (keys: readonly TrustedKey[]): readonly TrustedKey[] =>
  keys.filter(({ fromUrl }) => fromUrl !== true);
