import { secondsAfter } from '../clock.ts';
import { contractEnd } from '../contracts/in-force.ts';
import { effectiveScopes } from '../clients/in-force.ts';
import { authenticateClient, requireActiveClient } from './client-authentication.ts';
import type { GrantHandler } from './grant-handler.ts';
import { checkScopeSyntax, mint, narrowScopes } from './mint.ts';

/**
 * `client_credentials`, RFC 6749 §4.4 (OAU-2). Cognito serves the clients that have a secret; those that sign
 * get a token of ours, and so do those whose contract ends before Cognito's token would.
 */
export const clientCredentials: GrantHandler = async (endpoint, { client: presented, parameters }) => {
  const asked = parameters.get('scope');
  checkScopeSyntax(asked);
  const bySecret =
    presented.method === 'private_key_jwt'
      ? undefined
      : await endpoint.clientCredentialsIssuer.issue(presented, asked);
  const clientId =
    presented.method === 'private_key_jwt'
      ? await authenticateClient(endpoint, presented)
      : presented.clientId;
  const client = await requireActiveClient(endpoint, clientId, 'client_credentials');

  const end = contractEnd(client.contract);
  if (
    bySecret !== undefined &&
    (end === undefined || secondsAfter(endpoint.clock.now(), bySecret.expires_in) <= end)
  ) {
    return { token: bySecret };
  }
  return {
    token: await mint(endpoint, client, {
      subject: clientId,
      scopes: narrowScopes(asked, effectiveScopes(client)),
    }),
  };
};
