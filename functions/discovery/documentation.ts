import { type DocumentationDependencies, productOpenApi } from '../../core/documentation/openapi.ts';
import type { Product } from '../../core/catalogue/catalogue.ts';
import { type HttpResponse, jsonResponse, problemResponse } from '../../middleware/http-lambda.ts';
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
