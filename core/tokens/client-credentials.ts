import { OAuthError } from './oauth-error.ts';
import type { ClientAuthentication, Grant, TokenResponse } from './token-request.ts';

/** Whoever knows the clients' secrets and signs their tokens (Cognito). */
export interface ClientCredentialsIssuer {
  /**
   * @param scope as asked for; all that the client was granted if absent
   * @throws {OAuthError} `invalid_client`, `invalid_scope`, …
   */
  issue(client: ClientAuthentication, scope: string | undefined): Promise<TokenResponse>;
}

/** `scope = scope-token *( SP scope-token )`, RFC 6749 §3.3. */
const scopeSyntax = /^[\x21\x23-\x5B\x5D-\x7E]+(?: [\x21\x23-\x5B\x5D-\x7E]+)*$/u;

/** `client_credentials`, RFC 6749 §4.4 (OAU-2). */
export function clientCredentials(issuer: ClientCredentialsIssuer): Grant {
  return ({ client, parameters }) => {
    const scope = parameters.get('scope');
    if (scope !== undefined && !scopeSyntax.test(scope)) throw new OAuthError('invalid_scope', 'scope must be tokens separated by single spaces');
    return issuer.issue(client, scope);
  };
}
