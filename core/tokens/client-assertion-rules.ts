import * as z from 'zod/mini';
import { secondsAfter } from '../clock.ts';
import { trustedAlgorithms } from '../trust/records.ts';
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
const claimsSchema = z.object({
  sub: z.string(),
  jti: z.string().check(z.minLength(1), z.maxLength(256)),
  exp: z.number(),
  iat: z.optional(z.number()),
});

/** Returns the client whose keys the assertion has to be verified with. It is not verified itself. */
export const claimedClient = (parts: DecodedToken | undefined): string | undefined =>
  clientIds.safeParse(parts?.claims['sub']).data;

/** Returns what the signature check requires of the assertion of a client (RFC 7523 §3). */
export const assertionRequirements = (clientId: string, audience: string, now: Date) => ({
  algorithms: [...trustedAlgorithms],
  issuer: clientId,
  subject: clientId,
  audience,
  requiredClaims: ['exp', 'jti'],
  currentDate: now,
  clockTolerance: clockSkew,
});

/**
 * Checks the rest of an assertion that meets {@link assertionRequirements}. It must be meant for Sallyport
 * alone, and expire within five minutes.
 * @returns undefined for a bad assertion
 */
export function checkClientAssertion(
  { header, claims: unchecked }: DecodedToken,
  audience: string,
  now: Date,
): ClientAssertion | undefined {
  const claims = claimsSchema.safeParse(unchecked).data;
  // An assertion for several audiences could be replayed here by one of the other servers.
  if (claims === undefined || unchecked['aud'] !== audience || !types.safeParse(header['typ']).success) {
    return undefined;
  }
  const expiresAt = new Date(claims.exp * 1000);
  // Both comparisons are false for a time that is too large for a Date.
  const isShortLived = expiresAt <= secondsAfter(now, maxLifetimeSeconds + clockSkew);
  const isIssued = new Date((claims.iat ?? 0) * 1000) <= secondsAfter(now, clockSkew);
  return isShortLived && isIssued
    ? { clientId: claims.sub, jti: claims.jti, expiresAt: secondsAfter(expiresAt, clockSkew) }
    : undefined;
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
