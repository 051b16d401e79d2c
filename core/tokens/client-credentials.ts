import { secondsAfter } from '../clock.ts';
import { inForceUntil, scopesInForce } from '../contracts/standing.ts';
import { authenticate, served } from './client-authentication.ts';
import type { Grant } from './grants.ts';
import { checkScopeSyntax, mint, narrowed } from './mint.ts';
import type { TokenResponse } from './token-request.ts';

/** Whoever knows the clients' secrets and signs their tokens (Cognito). */
export interface ClientCredentialsIssuer {
  /**
   * @param scope as asked for; all that the client was granted if absent
   * @throws {OAuthError} `invalid_client`, `invalid_scope`, …
   */
  issue(
    client: { readonly clientId: string; readonly clientSecret: string },
    scope: string | undefined,
  ): Promise<TokenResponse>;
}

/**
 * `client_credentials`, RFC 6749 §4.4 (OAU-2). Cognito serves the clients that have a secret; those that sign
 * get a token of ours, and so do those whose contract ends before Cognito's token would.
 */
export const clientCredentials: Grant = async (endpoint, { client: presented, parameters }) => {
  const asked = parameters.get('scope');
  checkScopeSyntax(asked);
  const bySecret =
    presented.method === 'private_key_jwt'
      ? undefined
      : await endpoint.clientCredentialsIssuer.issue(presented, asked);
  const clientId =
    presented.method === 'private_key_jwt' ? await authenticate(endpoint, presented) : presented.clientId;
  const client = await served(endpoint, clientId, 'client_credentials');

  const end = inForceUntil(client);
  if (
    bySecret !== undefined &&
    (end === undefined || secondsAfter(endpoint.clock.now(), bySecret.expires_in) <= end)
  ) {
    return { token: bySecret };
  }
  return {
    token: await mint(endpoint, client, {
      subject: clientId,
      scopes: narrowed(asked, scopesInForce(client)),
    }),
  };
};
