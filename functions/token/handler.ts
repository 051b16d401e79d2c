import { decodeJwt } from 'jose';
import { handleTokenRequest } from '../../core/tokens/grants.ts';
import { oauthLambda, oauthResponse } from '../../middleware/oauth-lambda.ts';
import { dependencies } from './dependencies.ts';

const endpoint = dependencies(process.env);

/** Answers `POST /oauth2/token`, RFC 6749 §5. */
export const handler = oauthLambda('token', async (request, { log, requestId }) => {
  const { token, headers, logged } = await handleTokenRequest(endpoint, request);
  log.info('token_issued', { requestId, ...(logged ?? namesIn(token.access_token)) });
  return oauthResponse(token, headers);
});

/** Returns the names by which the log knows an access token of ours or of the user pool. */
function namesIn(accessToken: string): { readonly clientId?: string; readonly jti?: string } {
  const { client_id: clientId, jti } = decodeJwt<{ readonly client_id?: string }>(accessToken);
  return { ...(clientId !== undefined && { clientId }), ...(jti !== undefined && { jti }) };
}
