import * as oauth from 'oauth4webapi';
import * as z from 'zod/mini';
import { type SignInCheck, SignInRefused } from '../../core/federation/refused.ts';
import { AddressRefused, NoAnswer } from '../http/public-exchange.ts';

/**
 * The checks that errors of `oauth4webapi` are about, for each step of a sign-in. The errors are told apart by their
 * class, code and cause, never by their message.
 */

/** Names the check that an error of a step is about. */
export type CheckOf = (error: unknown) => SignInCheck;

/**
 * Makes one step of a sign-in.
 * @throws {SignInRefused} with the check that the error is about
 */
export async function checked<Result>(
  checkOf: CheckOf,
  step: () => Result | Promise<Result>,
): Promise<Result> {
  try {
    return await step();
  } catch (error) {
    throw error instanceof SignInRefused ? error : new SignInRefused(checkOf(error), error);
  }
}

/** The answer in the browser. Its `state` and `iss` have been checked before. */
export function checkOfAnswer(error: unknown): SignInCheck {
  if (!(error instanceof oauth.AuthorizationResponseError)) return 'answer';
  return error.error === 'access_denied' ? 'access_denied' : 'provider_error';
}

/**
 * A request to the provider.
 * @param otherwise the check for an answer that came and cannot be read
 */
export const checkOfRequest =
  (otherwise: SignInCheck): CheckOf =>
  (error) => {
    if (error instanceof NoAnswer) return 'provider_silent';
    const isAddress = error instanceof AddressRefused || addressErrors.includes(codeOf(error));
    return isAddress ? 'provider_address' : otherwise;
  };

const addressErrors: readonly unknown[] = [
  oauth.HTTP_REQUEST_FORBIDDEN,
  oauth.REQUEST_PROTOCOL_FORBIDDEN,
  oauth.INVALID_SERVER_METADATA,
];

/** The answer of the token endpoint (RFC 6749 §5), and the claims of the ID token in it. */
export function checkOfTokens(error: unknown): SignInCheck {
  if (error instanceof oauth.ResponseBodyError || error instanceof oauth.WWWAuthenticateChallengeError) {
    const isInvalidClient = error instanceof oauth.ResponseBodyError && error.error === 'invalid_client';
    return isInvalidClient || error.status === 401 ? 'client_authentication' : 'token_request';
  }
  if (unreadable.includes(codeOf(error))) return 'token_response';
  const { claim, claims, body, expected } = causeOf(error);
  if (claim !== undefined) return checkOfClaim[claim] ?? 'id_token';
  if (claims !== undefined) return checkOfClaim[malformedClaim(claims)] ?? 'id_token';
  if (body !== undefined) return typeof body['id_token'] === 'string' ? 'token_response' : 'id_token';
  // Of what is compared with an expectation, only the algorithm is in the header.
  return expected === undefined ? 'id_token' : 'algorithm';
}

const unreadable: readonly unknown[] = [oauth.RESPONSE_IS_NOT_CONFORM, oauth.RESPONSE_IS_NOT_JSON];

const checkOfClaim: Readonly<Record<string, SignInCheck>> = {
  iss: 'issuer',
  sub: 'subject',
  aud: 'audience',
  azp: 'azp',
  exp: 'expiry',
  iat: 'issued_at',
  nbf: 'not_before',
  nonce: 'nonce',
  auth_time: 'auth_time',
};

/** The claims that an ID token has to have, or may have, by type (OpenID Connect Core 1.0 §2). */
const claimTypes = z.object({
  exp: z.number(),
  iat: z.number(),
  iss: z.string(),
  nbf: z.optional(z.number()),
  aud: z.union([z.string(), z.array(z.unknown())]),
  sub: z.string(),
  nonce: z.string(),
  auth_time: z.number().check(z.nonnegative()),
});

/** Finds the claim that is missing or of another type. The library does not say which it is. */
function malformedClaim(claims: unknown): string {
  const [issue] = claimTypes.safeParse(claims).error?.issues ?? [];
  return String(issue?.path[0]);
}

/** The signature of an ID token. */
export function checkOfSignature(error: unknown): SignInCheck {
  const isMismatch = codeOf(error) === oauth.INVALID_RESPONSE && causeOf(error).signature !== undefined;
  return isMismatch ? 'signature' : 'signing_key';
}

/** The answer of the UserInfo endpoint (OpenID Connect Core 1.0 §5.3). */
export const checkOfUserInfo = (error: unknown): SignInCheck =>
  causeOf(error).body === undefined ? 'userinfo' : 'userinfo_subject';

const codeOf = (error: unknown): string | undefined =>
  error instanceof oauth.OperationProcessingError ? error.code : undefined;

const members = z.record(z.string(), z.unknown());
/** What the library says besides a code. */
const cause = z.object({
  claim: z.optional(z.string()),
  claims: z.optional(members),
  body: z.optional(members),
  expected: z.optional(z.unknown()),
  signature: z.optional(z.unknown()),
});
const causeOf = (error: unknown): Partial<z.infer<typeof cause>> =>
  error instanceof Error ? (cause.safeParse(error.cause).data ?? {}) : {};
