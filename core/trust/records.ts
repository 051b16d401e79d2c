import type { Managed } from '../lifecycle/lifecycle.ts';

/** Signature algorithms that can be pinned (RFC 7518 §3.1, RFC 8037, RFC 9864): no `none`, nothing symmetric, nothing with SHA-1. */
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

/** Days before the end of a certificate at which its operators are warned, once each. */
export const warningDays = [90, 45, 30, 7] as const;
export type WarningDays = (typeof warningDays)[number];

/** The claims that may name the local user (JWT-3). */
export const principalClaims = ['sub', 'upn', 'prn'] as const;
/** Where tokens are taken: as assertion at the token endpoint, as Bearer on a call, in the URL of a browser page. */
export const issuerUses = ['assertion', 'bearer', 'session'] as const;

/** A public key, as it is kept: never anything private. */
export interface TrustedKey {
  /** What a token's `kid` names: the third party's own, the alias of a certificate, or else the thumbprint. */
  readonly kid: string;
  /** RFC 7517: the members that RFC 7638 requires of its type, no others. */
  readonly jwk: Readonly<Record<string, string>>;
  readonly algorithm: TrustedAlgorithm;
  /** Of the certificate, ISO 8601; a bare key has neither. */
  readonly notBefore?: string;
  readonly notAfter?: string;
  /** RFC 7638, SHA-256, base64url. */
  readonly thumbprint: string;
  /** It was read from the issuer's `jwksUrl`, and goes when it is no longer there. */
  readonly fromUrl?: true;
  /** The latest warning that it expires has been raised: at so many days. */
  readonly warned?: WarningDays;
}

/** JWT-1, JWT-2: a third party whose signed tokens are believed, one way, for one partner. */
export interface Issuer extends Managed {
  /** Exactly the tokens' `iss`. */
  readonly issuer: string;
  readonly partnerId: string;
  /** The client whose contract, scopes, addresses and rate plan its users' calls fall under. */
  readonly clientId: string;
  /** What tokens have to be meant for, one of them. */
  readonly audiences: readonly string[];
  readonly principalClaim: (typeof principalClaims)[number];
  /** Longest life of a token, `exp` - `iat`, in seconds. */
  readonly longestLife: number;
  readonly uses: readonly (typeof issuerUses)[number][];
  /** The page below our own address that a browser goes on to after `GET /session`; `/session` itself if absent. */
  readonly sessionPage?: string;
  /** Several overlap while one replaces another; ten at most. */
  readonly keys: readonly TrustedKey[];
  /** https address that the keys are read from daily, if the third party publishes them. */
  readonly jwksUrl?: string;
  /** What RSA keys of `jwksUrl` are pinned to where they leave it open; RS256 if absent. */
  readonly jwksAlgorithm?: TrustedAlgorithm;
}
