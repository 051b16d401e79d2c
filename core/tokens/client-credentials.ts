import { secondsAfter } from '../clock.ts';
import { contractEnd } from '../contracts/in-force.ts';
import { effectiveScopes } from '../clients/in-force.ts';
import { authenticateClient, requireActiveClient } from './client-authentication.ts';
import type { GrantHandler } from './grant-handler.ts';
import { checkScopeSyntax, mint, narrowScopes } from './mint.ts';

/**
 * Serves the grant `client_credentials`, RFC 6749 §4.4 (OAU-2). The pool issues the tokens of clients that
 * have a secret. Clients that authenticate by assertion get one of our own tokens. So do clients whose
 * contract ends before the pool's token would expire.
 */
export const clientCredentials: GrantHandler = async (endpoint, { client: presented, parameters }) => {
  const requestedScope = parameters.get('scope');
  checkScopeSyntax(requestedScope);
  const issuedToken =
    presented.method === 'private_key_jwt'
      ? undefined
      : await endpoint.clientCredentialsIssuer.issue(presented, requestedScope);
  const clientId =
    presented.method === 'private_key_jwt'
      ? await authenticateClient(endpoint, presented)
      : presented.clientId;
  const client = await requireActiveClient(endpoint, clientId, 'client_credentials');

  const end = contractEnd(client.contract);
  if (
    issuedToken !== undefined &&
    (end === undefined || secondsAfter(endpoint.clock.now(), issuedToken.expires_in) <= end)
  ) {
    return { token: issuedToken };
  }
  return {
    token: await mint(endpoint, client, {
      subject: clientId,
      scopes: narrowScopes(requestedScope, effectiveScopes(client)),
    }),
  };
};
