/** The errors of RFC 6749 §5.2 that the token endpoint answers. */
export type OAuthErrorCode =
  | 'invalid_request' | 'invalid_client' | 'invalid_grant'
  | 'unauthorized_client' | 'unsupported_grant_type' | 'invalid_scope';

/** Refuses a token request. `description` is ASCII without quotes and backslashes, as the RFC wants it. */
export class OAuthError extends Error {
  override readonly name = 'OAuthError';
  readonly code: OAuthErrorCode;
  readonly description: string;

  constructor(code: OAuthErrorCode, description: string) {
    super(`${code}: ${description}`);
    this.code = code;
    this.description = description;
  }
}
