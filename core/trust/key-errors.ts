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

/**
 * What becomes of the public half of a private key. It is refused if it is proven to belong to the private key.
 * It is not known if the private key is encrypted, damaged or not proven (`unread`), or if too much was
 * computed for others already (`left_out`).
 */
export type PrivateKeyOutcome = 'refused' | 'unread' | 'left_out';

const sentences: Readonly<Record<PrivateKeyOutcome, string>> = {
  refused: 'Sallyport refuses its public half from now on.',
  unread: 'Sallyport could not read it, so it cannot block its public half: see that nobody registers that.',
  left_out:
    'Sallyport proves only a few private keys at a time and left this one out, so it cannot block its public half: see that nobody registers that.',
};

/** Returns the sentences for the operator that say what becomes of the public halves of private keys. */
export function blockingSentence(outcomes: readonly PrivateKeyOutcome[]): string {
  const [first = 'unread', ...others] = outcomes;
  if (others.every((outcome) => outcome === first)) return sentences[first];
  const refused = outcomes.filter((outcome) => outcome === 'refused').length;
  const blocked =
    refused === 0
      ? 'Sallyport cannot block the public halves of these private keys'
      : `Sallyport refuses the public halves of ${refused} of these private keys from now on. It cannot block those of the others`;
  return `${blocked}: it could not read them, or left them out, because it proves only a few at a time. See that nobody registers them.`;
}

/** An upload is refused, for all of these reasons. */
export class InvalidKeys extends Error {
  override readonly name = 'KeysRefused';
  readonly faults: readonly KeyError[];
  /** The digests of the keys whose private keys the upload has. */
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
