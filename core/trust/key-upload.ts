import type { TrustedAlgorithm, TrustedKey } from './records.ts';

/**
 * How a third party's keys arrive (JWT-1). `algorithm` pins what a key leaves open: an RSA key may sign by six of
 * them, and is pinned to RS256 where nobody says otherwise.
 */
export type KeyUpload =
  | {
      readonly kind: 'pkcs12';
      /** The keystore, base64. */
      readonly file: string;
      /** Opens the keystore, and is then forgotten. */
      readonly password: string;
      /** The friendly name of the certificate. */
      readonly alias: string;
      /** What tokens call the key; the alias if left out. */
      readonly kid?: string;
      readonly algorithm?: TrustedAlgorithm;
    }
  | {
      readonly kind: 'pem';
      /** Certificates and public keys (RFC 7468), one after the other. */
      readonly text: string;
      /** What tokens call the key, if it is only one; the thumbprint if left out. */
      readonly kid?: string;
      readonly algorithm?: TrustedAlgorithm;
    }
  /** A JWK set (RFC 7517 §5), parsed. */
  | { readonly kind: 'jwks'; readonly document: unknown; readonly algorithm?: TrustedAlgorithm }
  | { readonly kind: 'jwksUrl'; readonly url: string; readonly algorithm?: TrustedAlgorithm };

export interface KeysRead {
  /** At least one. */
  readonly keys: readonly TrustedKey[];
  /** Sentences for the operator: what was left out, and what comes due. */
  readonly warnings: readonly string[];
}

/**
 * Reads an upload and holds each key to the rules.
 * @throws {InvalidKeys} with every fault
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

export interface KeyError {
  readonly code: KeyErrorCode;
  /** A sentence: which key, and what is allowed. It repeats no key and no password. */
  readonly allowed: string;
}

/** An upload is not taken, for all of these reasons. */
export class InvalidKeys extends Error {
  override readonly name = 'KeysRefused';
  readonly faults: readonly KeyError[];

  constructor(faults: readonly KeyError[], options?: ErrorOptions) {
    super(faults.map(({ code }) => code).join(', '), options);
    this.faults = faults;
  }
}
