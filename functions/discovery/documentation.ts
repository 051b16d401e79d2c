import { type DocumentationDependencies, productOpenApi } from '../../core/documentation/openapi.ts';
import { openApiPath } from '../../core/catalogue/addresses.ts';
import type { Product } from '../../core/catalogue/catalogue.ts';
import {
  type HttpRequest,
  type HttpResponse,
  jsonResponse,
  methodNotAllowed,
  problemResponse,
} from '../../middleware/http-lambda.ts';
import { withHead } from '../../middleware/methods.ts';
import { pageResponse } from '../../middleware/page-response.ts';
import { productPage, productsPage, unknownProductPage } from '../../pages/documentation-pages.ts';

/** Everything changes only with a deployment. */
const cacheable = { 'cache-control': 'public, max-age=300' };

/** Returns the list of the products' documentation, for people. */
export const productsResponse = (documentation: DocumentationDependencies): HttpResponse =>
  cacheablePage(pageResponse(200, productsPage(documentation)));

/** Returns the documentation of a product, for people, or a page that lists those that there are. */
export function productResponse(documentation: DocumentationDependencies, id: string): HttpResponse {
  const { products, brands } = documentation.catalogue;
  const product = productNamed(products, id);
  if (product === undefined) return cacheablePage(pageResponse(404, unknownProductPage(documentation)));
  const brand = brands[product.brand];
  return cacheablePage(pageResponse(200, productPage(documentation, product, brand), brand));
}

/**
 * Answers a path of a product: its OpenAPI description, or 405 with the methods that the path has (RFC 9110
 * §15.5.6).
 */
export function productPathResponse(
  documentation: DocumentationDependencies,
  { resource, method }: Pick<HttpRequest, 'resource' | 'method'>,
): HttpResponse {
  const [, , id = '', ...rest] = resource.split('/');
  const path = `/${rest.join('/')}`;
  const routes = productNamed(documentation.catalogue.products, id)?.routes ?? [];
  const methods =
    path === openApiPath
      ? withHead(['GET'])
      : routes.filter((route) => route.path === path).map((route) => route.method);
  return path === openApiPath && method === 'GET'
    ? openApiResponse(documentation, resource)
    : methodNotAllowed(methods.join(', '));
}

/** Returns the OpenAPI description of the product whose path is called. */
export function openApiResponse(documentation: DocumentationDependencies, resource: string): HttpResponse {
  const [, , id = ''] = resource.split('/');
  const product = productNamed(documentation.catalogue.products, id);
  if (product === undefined) {
    return problemResponse({ status: 404, code: 'not_found', title: `There is no product ${id}.` });
  }
  return jsonResponse(200, productOpenApi(documentation, product), {
    ...cacheable,
    // Tools in a browser, such as an editor of such documents, may read it.
    'access-control-allow-origin': '*',
  });
}

const productNamed = (products: Readonly<Record<string, Product>>, id: string): Product | undefined =>
  Object.hasOwn(products, id) ? products[id] : undefined;

const cacheablePage = ({ headers, ...page }: HttpResponse): HttpResponse => ({
  ...page,
  headers: { ...headers, ...cacheable },
});
