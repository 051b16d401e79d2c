/** The error codes that the OAuth endpoints answer with: RFC 6749 §5.2, RFC 8693 §2.2.2. */
export type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'invalid_scope'
  | 'invalid_target';

/** Refuses a request. `description` is ASCII without quotes and backslashes, as RFC 6749 §5.2 requires. */
export class OAuthError extends Error {
  override readonly name = 'OAuthError';
  readonly code: OAuthErrorCode;
  readonly description: string;
  /** The check that refused the request. It is logged, and never shown to the caller. */
  readonly check: string | undefined;

  constructor(code: OAuthErrorCode, description: string, check?: string) {
    super(`${code}: ${description}`);
    this.code = code;
    this.description = description;
    this.check = check;
  }
}

/**
 * Asserts that one named check of a request holds.
 * @throws {OAuthError} with this code and description if it does not hold
 */
export function assertCheck(
  check: string,
  holds: boolean,
  code: OAuthErrorCode,
  description: string,
): asserts holds {
  if (!holds) throw new OAuthError(code, description, check);
}
