import type { TrustedAlgorithm, TrustedKey } from './records.ts';

/**
 * The ways in which a third party's keys can be uploaded (JWT-1). `algorithm` pins what a key leaves open: an
 * RSA key can sign with six algorithms, and is pinned to RS256 unless another one is chosen.
 */
export type KeyUpload =
  | {
      readonly kind: 'pkcs12';
      /** The keystore, in base64. */
      readonly file: string;
      /** Opens the keystore. It is never stored. */
      readonly password: string;
      /** The friendly name of the certificate. */
      readonly alias: string;
      /** The `kid` by which tokens name the key; by default, the alias. */
      readonly kid?: string;
      readonly algorithm?: TrustedAlgorithm;
    }
  | {
      readonly kind: 'pem';
      /** Certificates and public keys (RFC 7468), one after the other. */
      readonly text: string;
      /** The `kid` by which tokens name the key, if there is only one key; by default, the thumbprint. */
      readonly kid?: string;
      readonly algorithm?: TrustedAlgorithm;
    }
  /** A parsed JWK set (RFC 7517 §5). */
  | { readonly kind: 'jwks'; readonly document: unknown; readonly algorithm?: TrustedAlgorithm }
  | { readonly kind: 'jwksUrl'; readonly url: string; readonly algorithm?: TrustedAlgorithm };

/** The keys that were read from an upload. */
export interface KeysRead {
  /** At least one. */
  readonly keys: readonly TrustedKey[];
  /** Sentences for the operator: which keys were left out, and which will expire soon. */
  readonly warnings: readonly string[];
}

/**
 * Reads an upload and checks each key against the rules.
 * @throws {InvalidKeys} with every error
 */
export type ReadKeys = (upload: KeyUpload) => Promise<KeysRead>;

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

  constructor(faults: readonly KeyError[], options?: ErrorOptions) {
    super(faults.map(({ code }) => code).join(', '), options);
    this.faults = faults;
  }
}
