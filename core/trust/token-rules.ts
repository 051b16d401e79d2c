import { tokenLimits } from './token-limits.ts';
import { parseUserId, userIdForm } from '../users/user-id.ts';
import { isCertificateValid } from './expiry.ts';
import { type Issuer, longestLifeLimits, type TrustedKey } from './records.ts';
import {
  clockSkewSeconds,
  type ThirdPartyToken,
  type TokenRule,
  type VerificationResult,
} from './verification.ts';

/** A decoded token whose signature is not yet verified. */
export interface DecodedToken {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** The refusal of a token. `why` is a sentence for operators. */
export type TokenRefusal = Extract<VerificationResult, { accepted: false }>;

/** Builds the refusal of a token by one rule. */
export const refuse = (rule: TokenRule, why: string): TokenRefusal => ({ accepted: false, rule, why });
const isText = (value: unknown, maxLength = 256): value is string =>
  typeof value === 'string' &&
  value.length > 0 &&
  value.length <= maxLength &&
  !/[\p{Cc}\p{Cs}]/u.test(value);

/**
 * Checks a third party's token against the rules, in their order (JWT-3).
 * @param signer the key from {@link keysFor} that verified the signature, if one did
 */
export function checkThirdPartyToken(
  parts: DecodedToken,
  issuer: Issuer | undefined,
  signer: TrustedKey | undefined,
  now: Date,
): VerificationResult {
  if (issuer === undefined) return unknownIssuer;
  const issuerRefusal = checkIssuer(parts, issuer);
  if (issuerRefusal !== undefined) return issuerRefusal;
  const keys = keysFor(parts, issuer.keys, now);
  if ('rule' in keys) return keys;
  const headerViolation = findHeaderViolation(parts);
  if (headerViolation !== undefined) return headerViolation;
  return signer === undefined
    ? refuse('signature', 'No key that may sign for this issuer made the signature.')
    : checkClaims(parts, issuer, signer, now);
}

export const unknownIssuer = refuse('issuer', 'The issuer is not registered.');

/** Refuses a token unless it names this issuer and the issuer is active. */
function checkIssuer({ claims }: DecodedToken, issuer: Issuer): TokenRefusal | undefined {
  if (claims['iss'] !== issuer.issuer) return refuse('issuer', 'The token is of another issuer.');
  return issuer.status === 'active'
    ? undefined
    : refuse('issuer', `The issuer is not switched on: ${issuer.status}.`);
}

/**
 * Returns the issuer's keys that may have signed the token: the key that `kid` names or, if the token has no
 * `kid`, those that are pinned to its algorithm. The key decides the algorithm; the token's `alg` must be the
 * same (RFC 8725 §3.1).
 */
export function keysFor(
  { header }: DecodedToken,
  keys: readonly TrustedKey[],
  now: Date,
): readonly TrustedKey[] | TokenRefusal {
  const { kid, alg } = header;
  const named = kid === undefined ? keys : keys.filter((key) => key.kid === kid);
  if (named.length === 0) return refuse('kid', 'No key of the issuer has this kid.');
  const valid = named.filter((key) => isCertificateValid(key, now));
  if (valid.length === 0) return refuse('kid', 'The certificate of the key is not in force.');
  const pinned = valid.filter(({ algorithm }) => algorithm === alg);
  return pinned.length > 0
    ? pinned
    : refuse(
        'alg',
        `The algorithm must be the key's: ${[...new Set(valid.map(({ algorithm }) => algorithm))].join(', ')}.`,
      );
}

/**
 * Header parameters that must not be present (RFC 7515 §4.1). They would make us fetch or trust a key of the
 * sender's choice, or require extensions that we do not implement.
 */
const forbiddenParameters = ['jku', 'jwk', 'x5u', 'x5c', 'crit', 'b64'];
/**
 * The accepted values of `typ`. A token that was made for another purpose has a different one (RFC 8725
 * §3.11).
 */
const types = ['jwt', 'at+jwt', 'application/jwt', 'application/at+jwt'];

/** Refuses a token whose header has a forbidden parameter or the wrong `typ`. */
export function findHeaderViolation({ header }: DecodedToken): TokenRefusal | undefined {
  const found = forbiddenParameters.filter((name) => Object.hasOwn(header, name));
  if (found.length > 0) return refuse('header', `The header must not hold ${found.join(', ')}.`);
  const { typ } = header;
  if (typ === undefined || (typeof typ === 'string' && types.includes(typ.toLowerCase()))) return undefined;
  return refuse('header', 'typ must be JWT or at+jwt, or be left out.');
}

/** Checks the times, audience, principal and limits of a token with a verified signature, in this order (JWT-3). */
function checkClaims(
  { claims }: DecodedToken,
  issuer: Issuer,
  key: TrustedKey,
  now: Date,
): VerificationResult {
  const { exp, iat, aud } = claims;
  // Issuers write null for what they leave out.
  const [nbf, jti, sub] = [claims['nbf'], claims['jti'], claims['sub']].map((claim) => claim ?? undefined);
  const seconds = now.getTime() / 1000;
  if (!isNumericDate(exp)) return refuse('expiry', 'exp must be a time: seconds since 1970.');
  if (seconds >= exp + clockSkewSeconds) return refuse('expiry', 'The token has expired.');
  if (nbf !== undefined && !isNumericDate(nbf)) {
    return refuse('not_before', 'nbf must be a time: seconds since 1970.');
  }
  if (nbf !== undefined && seconds < nbf - clockSkewSeconds) {
    return refuse('not_before', 'The token is not valid yet.');
  }
  if (!isNumericDate(iat)) return refuse('issued_at', 'iat must be a time: seconds since 1970.');
  if (seconds < iat - clockSkewSeconds) return refuse('issued_at', 'The token was issued in the future.');
  // Whatever a record says, even if it says nothing, there is a limit.
  const longestLife = Math.min(issuer.longestLife, longestLifeLimits.most);
  if (exp <= iat || !(exp - iat <= longestLife)) {
    return refuse('lifetime', `A token lives for ${longestLife} seconds at most: exp - iat.`);
  }

  const audience = typeof aud === 'string' ? [aud] : Array.isArray(aud) ? (aud as readonly unknown[]) : [];
  if (!audience.every((each) => typeof each === 'string')) {
    return refuse('audience', 'aud must be a text or a list of texts.');
  }
  if (!audience.some((each) => issuer.audiences.includes(each))) {
    return refuse(
      'audience',
      'The audience of the token is none of those that are registered for its issuer.',
    );
  }

  const named = claims[issuer.principalClaim];
  const principal = typeof named === 'string' ? parseUserId(named) : undefined;
  if (principal === undefined) {
    return refuse('principal', `${issuer.principalClaim} must be a user id: ${userIdForm}`);
  }
  if ((sub !== undefined && !isText(sub)) || (jti !== undefined && !isText(jti))) {
    return refuse('claims', 'sub and jti must be texts of 1 to 256 characters.');
  }
  const limits = tokenLimits(claims);
  if ('why' in limits) return refuse('claims', limits.why);

  const token: ThirdPartyToken = {
    issuer: issuer.issuer,
    principal,
    audience,
    issuedAt: new Date(iat * 1000),
    expiresAt: new Date(exp * 1000),
    ...(jti !== undefined && { jti }),
    key: { kid: key.kid, algorithm: key.algorithm },
    limits,
  };
  return { accepted: true, token };
}

/** Tells whether a value is a NumericDate (RFC 7519 §2) that a `Date` can hold. */
export const isNumericDate = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value < 1e11;
