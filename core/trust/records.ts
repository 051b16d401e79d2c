import type { Managed } from '../lifecycle/lifecycle.ts';
import type { KeyErrorCode } from './key-errors.ts';

/** How many of the keys that are left out are kept and told. */
export const maxLeftOutShown = 20;

/**
 * The signature algorithms that a key can be pinned to (RFC 7518 §3.1, RFC 8037, RFC 9864). `none`, symmetric
 * algorithms and those with SHA-1 are not among them.
 */
export const trustedAlgorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const;
export type TrustedAlgorithm = (typeof trustedAlgorithms)[number];

/** The days before a certificate expires on which the operators are warned, once each. */
export const warningDays = [90, 45, 30, 7] as const;
export type WarningDays = (typeof warningDays)[number];

/** The claims that may name the local user (JWT-3). */
export const principalClaims = ['sub', 'upn', 'prn'] as const;
/**
 * The places where an issuer's tokens are accepted: as an assertion at the token endpoint, as a Bearer token
 * on an API call, or in the URL of a browser page.
 */
export const issuerUses = ['assertion', 'bearer', 'session'] as const;

/** The longest life that a third party's tokens may be given, in seconds, and what they have by default. */
export const longestLifeLimits = { usual: 300, most: 86_400 } as const;

/** A trusted public key, as it is stored. It never contains private members. */
export interface TrustedKey {
  /** The `kid` that tokens name: the third party's own one, a certificate's alias, or else the thumbprint. */
  readonly kid: string;
  /** A JWK (RFC 7517) with only those members that RFC 7638 requires for its type. */
  readonly jwk: Readonly<Record<string, string>>;
  readonly algorithm: TrustedAlgorithm;
  /** The validity of the certificate, in ISO 8601. A bare key has neither date. */
  readonly notBefore?: string;
  readonly notAfter?: string;
  /** The thumbprint of RFC 7638: SHA-256, in base64url. */
  readonly thumbprint: string;
  /** The key was read from the issuer's `jwksUrl`, and is removed when it is no longer published there. */
  readonly fromUrl?: true;
  /** The latest expiry warning that was raised, in days before the expiry. */
  readonly warned?: WarningDays;
}

/** A key at a `jwksUrl` that is not trusted, although it may be meant for signatures. */
export interface LeftOutKey {
  /** Its `kid`, if that is short and printable; otherwise its place: `key 3`. */
  readonly key: string;
  readonly code: KeyErrorCode;
}

/** Keys that were added to an issuer, and that another operator has yet to approve. */
export interface ProposedKeys {
  /** Keys to be added. Those from the proposed `jwksUrl` are as they were read when it was proposed. */
  readonly keys: readonly TrustedKey[];
  /** The address that the keys are to be read from, in place of the present one. */
  readonly jwksUrl?: string;
  readonly jwksAlgorithm?: TrustedAlgorithm;
}

/** A third party whose signed tokens are trusted, for one partner and for certain uses (JWT-1, JWT-2). */
export interface Issuer extends Managed {
  /** Exactly the `iss` of its tokens. */
  readonly issuer: string;
  readonly partnerId: string;
  /** The client whose contract, scopes, addresses and rate plan apply to the calls of the issuer's users. */
  readonly clientId: string;
  /** A token must have at least one of these audiences. */
  readonly audiences: readonly string[];
  readonly principalClaim: (typeof principalClaims)[number];
  /** The maximum lifetime of a token in seconds: `exp` - `iat`. No token lives longer than a day. */
  readonly longestLife: number;
  readonly uses: readonly (typeof issuerUses)[number][];
  /**
   * The page below our own address that a browser is sent to after `GET /session`; by default, `/session`
   * itself.
   */
  readonly sessionPage?: string;
  /**
   * At most ten uploaded keys, and ten from `jwksUrl`. Several can be valid at a time while one replaces
   * another.
   */
  readonly keys: readonly TrustedKey[];
  /**
   * The thumbprints of keys that came from `jwksUrl` and that an operator has removed. They are not read from
   * it again.
   */
  readonly removedKeys?: readonly string[];
  /** Verifies nothing until it is approved. */
  readonly proposed?: ProposedKeys;
  /** The https address from which the keys are read hourly, if the third party publishes them. */
  readonly jwksUrl?: string;
  /** The keys that were left out when `jwksUrl` was read last: at most {@link maxLeftOutShown}. */
  readonly leftOut?: readonly LeftOutKey[];
  /**
   * When the operators were last told that the keys at `jwksUrl` cannot be read, in ISO 8601. Absent if they
   * could be read the last time.
   */
  readonly unreadableToldAt?: string;
  /** The algorithm for RSA keys from `jwksUrl` that do not state one; by default, RS256. */
  readonly jwksAlgorithm?: TrustedAlgorithm;
}
