import type { DisclosedKey } from './disclosed-key.ts';

export type KeyErrorCode =
  | 'too_large'
  | 'malformed'
  | 'wrong_password'
  | 'not_supported'
  | 'too_many_iterations'
  | 'no_key'
  | 'unknown_alias'
  | 'ambiguous_alias'
  | 'private_key'
  | 'symmetric_key'
  | 'weak_key'
  | 'unsupported_key'
  | 'weak_signature'
  | 'not_for_signatures'
  | 'issuing_certificate'
  | 'expired'
  | 'not_yet_valid'
  | 'algorithm_mismatch'
  | 'bad_kid'
  | 'duplicate_key'
  | 'duplicate_kid'
  | 'too_many_keys'
  | 'bad_address'
  | 'unreadable';

/** One error in an upload. */
export interface KeyError {
  readonly code: KeyErrorCode;
  /** A sentence that names the key and what is allowed. It repeats no key and no password. */
  readonly allowed: string;
}

/** An upload is refused, for all of these reasons. */
export class InvalidKeys extends Error {
  override readonly name = 'KeysRefused';
  readonly faults: readonly KeyError[];
  /** The keys whose private members the upload has. */
  readonly disclosed: readonly DisclosedKey[];

  constructor(
    faults: readonly KeyError[],
    { disclosed = [], ...options }: ErrorOptions & { readonly disclosed?: readonly DisclosedKey[] } = {},
  ) {
    super(faults.map(({ code }) => code).join(', '), options);
    this.faults = faults;
    this.disclosed = disclosed;
  }
}
