import { httpLambda, jsonResponse, type HttpResponse } from '../../middleware/http-lambda.ts';
import { dependencies } from './dependencies.ts';

const { metadata, publicKeys } = dependencies(process.env);

/**
 * Caching is safe: both documents change only with a deployment, and a new key is published long before it
 * signs.
 */
const cacheable = { 'cache-control': 'public, max-age=300' };

/**
 * Answers `GET /.well-known/oauth-authorization-server` (RFC 8414) and `GET /.well-known/jwks.json` (RFC 7517
 * §5).
 */
export const handler = httpLambda('discovery', async ({ resource }): Promise<HttpResponse> => {
  if (resource === '/.well-known/oauth-authorization-server') {
    return jsonResponse(200, metadata, cacheable);
  }
  return jsonResponse(200, { keys: await publicKeys() }, cacheable);
});
