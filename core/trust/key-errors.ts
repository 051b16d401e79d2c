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

/** Returns the error of a private key, which was sent where only public keys are taken. */
export const privateKeyError = (where: string): KeyError => ({
  code: 'private_key',
  allowed: `${where}: a private key was sent, and only public keys are taken. It counts as disclosed: have it replaced.`,
});

/** Returns the sentence for the operator that says what becomes of the public halves of private keys. */
export const blockingSentence = (areAllRead: boolean): string =>
  areAllRead
    ? 'Sallyport refuses its public half from now on.'
    : 'Sallyport could not read it, so it cannot block its public half: see that nobody registers that.';

/** An upload is refused, for all of these reasons. */
export class InvalidKeys extends Error {
  override readonly name = 'KeysRefused';
  readonly faults: readonly KeyError[];
  /** The thumbprints of the keys whose private keys the upload has. */
  readonly disclosed: readonly string[];

  constructor(
    faults: readonly KeyError[],
    { disclosed = [], ...options }: ErrorOptions & { readonly disclosed?: readonly string[] } = {},
  ) {
    super(faults.map(({ code }) => code).join(', '), options);
    this.faults = faults;
    this.disclosed = disclosed;
  }
}
