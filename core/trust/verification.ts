import type { TokenLimits } from './token-limits.ts';
import type { Issuer, TrustedAlgorithm } from './records.ts';

/** The maximum difference between a third party's clock and ours, in seconds. */
export const clockSkewSeconds = 60;

/** The rules that a third party's token must pass, in this order (JWT-3, X-9). */
export const tokenRules = [
  'malformed',
  'issuer',
  'kid',
  'alg',
  'header',
  'signature',
  'expiry',
  'not_before',
  'issued_at',
  'lifetime',
  'audience',
  'principal',
  'claims',
] as const;
export type TokenRule = (typeof tokenRules)[number];

/** The contents of a verified third-party token. */
export interface ThirdPartyToken {
  readonly issuer: string;
  /** The user id in the issuer's principal claim, as it is stored. The user has yet to be looked up. */
  readonly principal: string;
  readonly audience: readonly string[];
  readonly issuedAt: Date;
  /** `exp`. The token is still accepted for {@link clockSkewSeconds} after it. */
  readonly expiresAt: Date;
  /** Makes single use possible. Not every use requires one. */
  readonly jti?: string;
  readonly key: { readonly kid: string; readonly algorithm: TrustedAlgorithm };
  readonly limits: TokenLimits;
}

/** The outcome of a token's verification. */
export type VerificationResult =
  | { readonly accepted: true; readonly token: ThirdPartyToken }
  /** `why` is a sentence for operators and the log. It repeats nothing of the token. */
  | { readonly accepted: false; readonly rule: TokenRule; readonly why: string };

/** Verifies a token against the record of the issuer that its `iss` names, if there is one. */
export type VerifyThirdPartyToken = (
  token: string,
  issuer: Issuer | undefined,
  now: Date,
) => Promise<VerificationResult>;

/** Verifies a sample token as if the issuer were active. */
export type CheckSample = (token: string, issuer: Issuer, now: Date) => Promise<VerificationResult>;
