/**
 * The checks of a sign-in, by the names that the log and the operators have for them. What each means, and who can
 * mend it, is in `docs/guides/sign-in-trouble.md`.
 */
export const signInChecks = [
  // Of the attempt, when the browser comes back.
  'parameters',
  'state',
  'attempt',
  'browser',
  'provider',
  'used',
  // Of our own records.
  'application',
  'provider_inactive',
  'contract',
  'partner',
  'user',
  // Of the provider's answer in the browser.
  'answer_issuer',
  'access_denied',
  'provider_error',
  'answer',
  // Of the requests to the provider.
  'provider_address',
  'provider_silent',
  'client_authentication',
  'token_request',
  'token_response',
  'key_set',
  'userinfo',
  'userinfo_subject',
  // Of the ID token.
  'id_token',
  'algorithm',
  'signing_key',
  'signature',
  'issuer',
  'audience',
  'azp',
  'expiry',
  'issued_at',
  'not_before',
  'nonce',
  'at_hash',
  'auth_time',
  // Of the person.
  'subject',
  'email',
  'email_domain',
  'email_verified',
  'email_taken',
] as const;
export type SignInCheck = (typeof signInChecks)[number];

/** Refuses a sign-in. The browser is shown a reference and who can mend it, never the check. */
export class SignInRefused extends Error {
  override readonly name = 'SignInRefused';
  readonly check: SignInCheck;

  constructor(check: SignInCheck, cause?: unknown) {
    super(`the sign-in was refused by the check ${check}`, { cause });
    this.check = check;
  }
}

/**
 * Asserts that a check of a sign-in holds.
 * @throws {SignInRefused} if it does not
 */
export function assertSignIn(check: SignInCheck, holds: boolean): asserts holds {
  if (!holds) throw new SignInRefused(check);
}
