import {
  httpLambda,
  jsonResponse,
  problemResponse,
  type HttpResponse,
} from '../../middleware/http-lambda.ts';
import { dependencies } from './dependencies.ts';
import { productPathResponse, productResponse, productsResponse } from './documentation.ts';

const { metadata, openIdMetadata, publicKeys, documentation } = dependencies(process.env);

/**
 * Caching is safe: both documents change only with a deployment, and a new key is published long before it
 * signs.
 */
const cacheable = { 'cache-control': 'public, max-age=300' };

const noSignIn = (): HttpResponse =>
  problemResponse({ status: 404, code: 'not_found', title: 'Nobody signs in at this stage.' });

/**
 * Answers what anybody may know: `GET /.well-known/oauth-authorization-server` (RFC 8414),
 * `GET /.well-known/openid-configuration` (OpenID Connect Discovery 1.0 §4), `GET /.well-known/jwks.json`
 * (RFC 7517 §5), and the documentation of the products for developers. Below `/apis` it also names the methods of a
 * path to whoever asks by `OPTIONS`.
 */
export const handler = httpLambda('discovery', async (request): Promise<HttpResponse> => {
  const { resource, pathParameters } = request;
  switch (resource) {
    case '/.well-known/oauth-authorization-server':
      return jsonResponse(200, metadata, cacheable);
    case '/.well-known/openid-configuration':
      return openIdMetadata === undefined ? noSignIn() : jsonResponse(200, openIdMetadata, cacheable);
    case '/.well-known/jwks.json':
      return jsonResponse(200, { keys: await publicKeys() }, cacheable);
    case '/':
    case '/docs':
      return productsResponse(documentation);
    case '/docs/{product}':
      return productResponse(documentation, pathParameters['product'] ?? '');
    default:
      return productPathResponse(documentation, request);
  }
});
