/** The errors that the OAuth endpoints answer: RFC 6749 §5.2, RFC 8693 §2.2.2. */
export type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'invalid_scope'
  | 'invalid_target';

/** Refuses a request. `description` is ASCII without quotes and backslashes, as the RFC wants it. */
export class OAuthError extends Error {
  override readonly name = 'OAuthError';
  readonly code: OAuthErrorCode;
  readonly description: string;
  /** Which check refused: for the log, never for the caller. */
  readonly check: string | undefined;

  constructor(code: OAuthErrorCode, description: string, check?: string) {
    super(`${code}: ${description}`);
    this.code = code;
    this.description = description;
    this.check = check;
  }
}

/**
 * One named check of a grant.
 * @throws {OAuthError} unless it holds
 */
export function assertCheck(
  check: string,
  holds: boolean,
  code: OAuthErrorCode,
  description: string,
): asserts holds {
  if (!holds) throw new OAuthError(code, description, check);
}
