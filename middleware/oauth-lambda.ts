import { OAuthError } from '../core/tokens/oauth-error.ts';
import type { RawTokenRequest } from '../core/tokens/token-request.ts';
import type { Log } from './log.ts';
import { type FailureResponses, type HttpResponse, httpLambda, jsonResponse } from './http-lambda.ts';

const noCache = { pragma: 'no-cache' };

/** Builds a successful response of an OAuth endpoint. */
export const oauthResponse = (body: object, headers: Readonly<Record<string, string>> = {}): HttpResponse =>
  jsonResponse(200, body, { ...noCache, ...headers });

/**
 * Creates the function of an OAuth endpoint. It answers errors in the format of RFC 6749 §5.2, and logs which
 * check refused.
 */
export function oauthLambda(
  name: string,
  answer: (
    request: RawTokenRequest,
    context: { readonly resource: string; readonly requestId: string; readonly log: Log },
  ) => Promise<HttpResponse>,
) {
  return httpLambda(
    name,
    async ({ headers, body, sourceIp, requestId, resource }, log) => {
      try {
        return await answer(
          {
            contentType: headers['content-type'],
            authorization: headers['authorization'],
            body: body.toString('utf8'),
            sourceIp,
          },
          { resource, requestId, log },
        );
      } catch (error) {
        if (!(error instanceof OAuthError)) throw error;
        log.info('token_request_refused', { requestId, error: error.code, check: error.check ?? 'request' });
        return refusal(error);
      }
    },
    failures,
    (allow) =>
      jsonResponse(
        405,
        { error: 'invalid_request', error_description: `this path takes ${allow}` },
        { ...noCache, allow },
      ),
  );
}

function refusal({ code, description }: OAuthError): HttpResponse {
  const challenge = code === 'invalid_client' ? { 'www-authenticate': 'Basic realm="sallyport"' } : {};
  return jsonResponse(
    code === 'invalid_client' ? 401 : 400,
    { error: code, error_description: description },
    { ...noCache, ...challenge },
  );
}

/**
 * RFC 6749 has no such errors for token responses. These codes are from its authorization endpoint, so
 * clients know them.
 */
const failures: FailureResponses = {
  unavailable: () => jsonResponse(503, { error: 'temporarily_unavailable' }, { 'retry-after': '5' }),
  defect: () => jsonResponse(500, { error: 'server_error' }),
};
