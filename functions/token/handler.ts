import { answerTokenRequest } from '../../core/tokens/grants.ts';
import { oauthLambda, oauthResponse } from '../../middleware/oauth-lambda.ts';
import { dependencies } from './dependencies.ts';

const endpoint = dependencies(process.env);

/** `POST /oauth2/token`, RFC 6749 §5. */
export const handler = oauthLambda('token', async (request) => {
  const { token, headers } = await answerTokenRequest(endpoint, request);
  return oauthResponse(token, headers);
});
