import { withoutProposal } from '../lifecycle/change.ts';
import { withKeys, withKeysOfUrl } from './key-list.ts';
import type { KeyUpload } from './key-upload.ts';
import type { Issuer, TrustedKey } from './records.ts';

/** The keys of a proposed address, as they were read for its approval. */
export interface ReadAddress {
  readonly url: string;
  readonly keys: readonly TrustedKey[];
}

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
export function withUpload(issuer: Issuer, upload: KeyUpload, keys: readonly TrustedKey[]): Issuer {
  if (upload.kind !== 'jwksUrl') return { ...issuer, keys: withKeys(issuer.keys, keys) };
  return {
    ...issuer,
    jwksUrl: upload.url,
    ...(upload.algorithm !== undefined && { jwksAlgorithm: upload.algorithm }),
    keys: withKeysOfUrl(issuer.keys, keys, issuer.removedKeys),
  };
}

/**
 * Returns the issuer with the uploaded keys among those that are proposed. An address replaces the address
 * that was proposed before.
 * @throws {InvalidKeys} if the keys could not be approved together with the issuer's keys
 */
export function withProposedUpload(issuer: Issuer, upload: KeyUpload, keys: readonly TrustedKey[]): Issuer {
  const { proposed = { keys: [] } } = issuer;
  if (upload.kind !== 'jwksUrl') {
    // A proposed address replaces the keys of the present one, so those do not count.
    const present = proposed.jwksUrl === undefined ? issuer.keys : withoutUrl(issuer.keys);
    withKeys([...present, ...proposed.keys], keys);
    return { ...issuer, proposed: { ...proposed, keys: [...proposed.keys, ...keys] } };
  }
  const { url: jwksUrl, algorithm: jwksAlgorithm } = upload;
  const uploaded = withoutUrl(proposed.keys);
  withKeysOfUrl([...issuer.keys, ...uploaded], keys, issuer.removedKeys);
  return {
    ...issuer,
    proposed: {
      keys: withKeysOfUrl(uploaded, keys, issuer.removedKeys),
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
    address?.url === jwksUrl ? address.keys : proposed.keys.filter(({ fromUrl }) => fromUrl === true);
  return {
    ...rest,
    jwksUrl,
    ...(jwksAlgorithm !== undefined && { jwksAlgorithm }),
    keys: withKeysOfUrl([...rest.keys, ...withoutUrl(proposed.keys)], published, rest.removedKeys),
  };
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
