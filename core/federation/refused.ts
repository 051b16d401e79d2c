/** The checks of a sign-in, by the names that the log and the operators have for them. */
export type SignInCheck =
  | 'access_denied'
  | 'application'
  | 'attempt'
  | 'browser'
  | 'contract'
  | 'email'
  | 'email_domain'
  | 'email_taken'
  | 'email_verified'
  | 'id_token'
  | 'issuer'
  | 'nonce'
  | 'parameters'
  | 'partner'
  | 'provider'
  | 'provider_error'
  | 'provider_silent'
  | 'state'
  | 'subject'
  | 'token_request'
  | 'used'
  | 'user';

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
