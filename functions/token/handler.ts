import { decodeJwt } from 'jose';
import { handleTokenRequest } from '../../core/tokens/grants.ts';
import { oauthLambda, oauthResponse } from '../../middleware/oauth-lambda.ts';
import { dependencies } from './dependencies.ts';

const endpoint = dependencies(process.env);

/** Answers `POST /oauth2/token`, RFC 6749 §5. */
export const handler = oauthLambda('token', async (request, { log, requestId }) => {
  const { token, headers } = await handleTokenRequest(endpoint, request);
  const { client_id: clientId, jti } = decodeJwt<{ readonly client_id?: string }>(token.access_token);
  log.info('token_issued', { requestId, clientId, jti });
  return oauthResponse(token, headers);
});
