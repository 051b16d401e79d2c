import { httpLambda, jsonResponse, type HttpResponse } from '../../middleware/http-lambda.ts';
import { dependencies } from './dependencies.ts';
import { productPathResponse, productResponse, productsResponse } from './documentation.ts';

const { metadata, publicKeys, documentation } = dependencies(process.env);

/**
 * Caching is safe: both documents change only with a deployment, and a new key is published long before it
 * signs.
 */
const cacheable = { 'cache-control': 'public, max-age=300' };

/**
 * Answers what anybody may know: `GET /.well-known/oauth-authorization-server` (RFC 8414),
 * `GET /.well-known/jwks.json` (RFC 7517 §5), and the documentation of the products for developers. Below
 * `/apis` it also names the methods of a path to whoever asks by `OPTIONS`.
 */
export const handler = httpLambda('discovery', async (request): Promise<HttpResponse> => {
  const { resource, pathParameters } = request;
  switch (resource) {
    case '/.well-known/oauth-authorization-server':
      return jsonResponse(200, metadata, cacheable);
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
