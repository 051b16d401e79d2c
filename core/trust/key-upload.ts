import type { LeftOutKey, TrustedAlgorithm, TrustedKey } from './records.ts';

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
  /** At least one, except of a `jwksUrl`: a set without a usable key is a set as well. */
  readonly keys: readonly TrustedKey[];
  /** Sentences for the operator: which keys were left out, and which will expire soon. */
  readonly warnings: readonly string[];
  /** Only of a `jwksUrl`: the keys for signatures that cannot be used. The others are trusted all the same. */
  readonly leftOut?: readonly LeftOutKey[];
  /** Only of a `jwksUrl`: the digests of keys whose private keys are published. They are left out. */
  readonly disclosed?: readonly string[];
}

/**
 * Reads an upload and checks each key against the rules. An upload with an error is refused as a whole. Of the
 * set at a `jwksUrl`, the usable keys are returned whatever else it holds, because a third party may withdraw
 * a key there and publish a flawed one at the same time.
 * @throws {InvalidKeys} with every error; of a `jwksUrl`, only if no key set could be read
 */
export type ReadKeys = (upload: KeyUpload) => Promise<KeysRead>;
