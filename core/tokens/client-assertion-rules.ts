import * as z from 'zod/mini';
import { secondsAfter } from '../clock.ts';
import type { DecodedToken } from '../trust/token-rules.ts';

/** The verified content of a client's assertion. */
export interface ClientAssertion {
  readonly clientId: string;
  readonly jti: string;
  /** The end of the time in which the assertion would be accepted, so its `jti` is remembered until then. */
  readonly expiresAt: Date;
}

/**
 * The longest accepted lifetime in seconds. RFC 7523 §3 asks for a short lifetime without giving a number.
 */
const maxLifetimeSeconds = 5 * 60;
const clockSkew = 60;

/**
 * The `typ` values that are accepted. A token made for another purpose has another `typ` (RFC 8725 §3.11).
 */
const types = z.optional(z.string().check(z.regex(/^(?:application\/)?(?:client-authentication\+)?jwt$/iu)));
/** The syntax of client ids (RFC 6749 appendix A.1). Those of Cognito have at most 128 characters. */
const clientIds = z.string().check(z.regex(/^[\x20-\x7e]{1,128}$/u));
/** Returns the client whose keys the assertion has to be verified with. It is not verified itself. */
export const claimedClient = (parts: DecodedToken | undefined): string | undefined =>
  clientIds.safeParse(parts?.claims['sub']).data;

/** The rules about the content of an assertion, in this order. They apply once its signature holds. */
export const clientAssertionRules = [
  'typ',
  'b64',
  'iss',
  'sub',
  'aud',
  'exp',
  'nbf',
  'iat',
  'lifetime',
  'jti',
] as const;
export type ClientAssertionRule = (typeof clientAssertionRules)[number];

/** Why an assertion is not accepted. `why` is a sentence for the client. It repeats nothing of the assertion. */
export interface ClientAssertionRefusal {
  readonly rule: ClientAssertionRule;
  readonly why: string;
}

const refuse = (rule: ClientAssertionRule, why: string): ClientAssertionRefusal => ({ rule, why });
const numericDate = z.number();
const ids = z.string().check(z.minLength(1), z.maxLength(256));

/**
 * Checks an assertion whose signature was made with a key of this client (RFC 7523 §3). It must be meant for
 * Sallyport alone, and expire within five minutes.
 * @param audience our issuer identifier, the only accepted `aud`
 * @returns the content, or the first rule that the assertion breaks
 */
export function checkClientAssertion(
  { header, claims }: DecodedToken,
  clientId: string,
  audience: string,
  now: Date,
): ClientAssertion | ClientAssertionRefusal {
  const { iss, sub, aud, jti } = claims;
  if (!types.safeParse(header['typ']).success) {
    return refuse('typ', 'typ must be JWT or client-authentication+jwt, or be left out.');
  }
  if (header['b64'] === false) return refuse('b64', 'The payload must be encoded: b64 must not be false.');
  if (iss !== clientId) return refuse('iss', 'iss must be the client id, as sub is.');
  if (sub !== clientId) return refuse('sub', 'sub must be the client id.');
  // An assertion for several audiences could be replayed here by one of the other servers.
  if (aud !== audience) return refuse('aud', `aud must be exactly this text, and no list: ${audience}`);
  const times = checkTimes(claims, now);
  if ('rule' in times) return times;
  const id = ids.safeParse(jti).data;
  return id === undefined
    ? refuse('jti', 'jti must be a text of 1 to 256 characters that no other assertion has.')
    : { clientId, jti: id, expiresAt: secondsAfter(times.expiresAt, clockSkew) };
}

/** Checks `exp`, `nbf` and `iat`, in seconds since 1970, as far as the clocks may differ. */
function checkTimes(
  { exp, nbf, iat }: DecodedToken['claims'],
  now: Date,
): { readonly expiresAt: Date } | ClientAssertionRefusal {
  const seconds = Math.floor(now.getTime() / 1000);
  const expiry = numericDate.safeParse(exp).data;
  if (expiry === undefined) return refuse('exp', 'exp must be a time: seconds since 1970.');
  if (expiry <= seconds - clockSkew) return refuse('exp', 'The assertion has expired: exp is in the past.');
  const start = z.optional(numericDate).safeParse(nbf);
  if (!start.success) return refuse('nbf', 'nbf must be a time: seconds since 1970.');
  if (start.data !== undefined && start.data > seconds + clockSkew) {
    return refuse('nbf', 'The assertion is not valid yet: nbf is in the future.');
  }
  const issue = z.optional(numericDate).safeParse(iat);
  if (!issue.success) return refuse('iat', 'iat must be a time: seconds since 1970.');
  // The comparisons with a Date are false for a time that is too large for one.
  if (!(new Date((issue.data ?? 0) * 1000) <= secondsAfter(now, clockSkew))) {
    return refuse('iat', 'The assertion was issued in the future: iat is ahead of our clock.');
  }
  const expiresAt = new Date(expiry * 1000);
  if (!(expiresAt <= secondsAfter(now, maxLifetimeSeconds + clockSkew))) {
    return refuse('lifetime', `exp must be at most ${maxLifetimeSeconds} seconds ahead.`);
  }
  return { expiresAt };
}

/** Returns the registered keys that are still valid. Those of a certificate carry its `notAfter`. */
export function keysInForce<Key extends Readonly<Record<string, unknown>>>(
  registered: readonly Key[],
  now: Date,
): readonly Key[] {
  const inForce = registered.filter(
    ({ notAfter }) => typeof notAfter !== 'string' || now < new Date(notAfter),
  );
  // Imported sets are memoized by the list, so it stays the same one if it can.
  return inForce.length === registered.length ? registered : inForce;
}
