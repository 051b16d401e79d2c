import { answerTokenRequest, type TokenEndpoint } from '../../core/tokens/grants.ts';
import { OAuthError } from '../../core/tokens/oauth-error.ts';
import { type FailureResponses, type HttpRequest, type HttpResponse, httpLambda, jsonResponse } from '../../middleware/http-lambda.ts';
import { dependencies } from './dependencies.ts';

/** `POST /oauth2/token`, RFC 6749 §5. */
async function answer(endpoint: TokenEndpoint, { headers, body }: HttpRequest): Promise<HttpResponse> {
  try {
    const token = await answerTokenRequest(endpoint, {
      contentType: headers['content-type'], authorization: headers['authorization'], body: body.toString('utf8'),
    });
    return jsonResponse(200, token, { pragma: 'no-cache' });
  } catch (error) {
    if (error instanceof OAuthError) return refusal(error);
    throw error;
  }
}

function refusal({ code, description }: OAuthError): HttpResponse {
  const challenge = code === 'invalid_client' ? { 'www-authenticate': 'Basic realm="sallyport"' } : {};
  return jsonResponse(code === 'invalid_client' ? 401 : 400, { error: code, error_description: description }, { pragma: 'no-cache', ...challenge });
}

/** The RFC has no error for these two in a token response; the authorization endpoint's are what clients know. */
const failures: FailureResponses = {
  unavailable: () => jsonResponse(503, { error: 'temporarily_unavailable' }, { 'retry-after': '5' }),
  defect: () => jsonResponse(500, { error: 'server_error' }),
};

const endpoint = dependencies(process.env);
export const handler = httpLambda('token', (request) => answer(endpoint, request), failures);
