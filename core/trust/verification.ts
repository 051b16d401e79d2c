import type { Issuer, TrustedAlgorithm } from './records.ts';

/** How far the clocks of a third party and ours may be apart. */
export const clockSkewSeconds = 60;

/** The rules that a third party's token is held to, in this order (JWT-3, X-9). */
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

/** What a third party's token says, once it is believed. */
export interface ThirdPartyToken {
  readonly issuer: string;
  /** Of the issuer's principal claim: names a local user, who is still to be looked up. */
  readonly principal: string;
  readonly audience: readonly string[];
  readonly issuedAt: Date;
  /** `exp`; for {@link clockSkewSeconds} more it is still believed. */
  readonly expiresAt: Date;
  /** What single use goes by; not every use needs one. */
  readonly jti?: string;
  readonly key: { readonly kid: string; readonly algorithm: TrustedAlgorithm };
  readonly claims: Readonly<Record<string, unknown>>;
}

export type VerificationResult =
  | { readonly accepted: true; readonly token: ThirdPartyToken }
  /** `why` is a sentence for operators and the log: it repeats nothing of the token. */
  | { readonly accepted: false; readonly rule: TokenRule; readonly why: string };

/** Holds a token to an issuer's record, which is the one that its `iss` names, if there is one. */
export type VerifyThirdPartyToken = (
  token: string,
  issuer: Issuer | undefined,
  now: Date,
) => Promise<VerificationResult>;

/** The same for a sample, as if the issuer were switched on. */
export type CheckSample = (token: string, issuer: Issuer, now: Date) => Promise<VerificationResult>;
