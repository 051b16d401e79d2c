import type { AccessPlan, AccessSubject } from '../access/subject.ts';
import { apiUrlOf, documentationUrlOf } from '../catalogue/addresses.ts';
import type { Brand, Catalogue, Environment, Product } from '../catalogue/catalogue.ts';
import type { Route } from '../catalogue/route.ts';
import { contractEnd } from '../contracts/in-force.ts';
import type { Contracts } from '../contracts/records.ts';
import { Defect } from '../errors.ts';

/** What a partner has to know of its access to make a call, apart from the client secret. */
export interface AccessDetails {
  readonly brand: Brand;
  readonly product: { readonly id: string; readonly name: string };
  readonly environment: Environment;
  readonly clientId: string;
  readonly tokenUrl: string;
  /** The base address of the product. The paths of `routes` follow it. */
  readonly apiUrl: string;
  readonly documentationUrl: string;
  readonly scopes: readonly string[];
  /** The routes that the scopes allow, with paths below `apiUrl`. */
  readonly routes: readonly Route[];
  /** A call that the scopes allow, if there is one: a reading one if possible. */
  readonly firstCall: FirstCall | undefined;
  /** The addresses from which calls are accepted, as canonical CIDR ranges or addresses. */
  readonly ipRanges: readonly string[];
  /** Undefined if no end was agreed. */
  readonly contractEnd: Date | undefined;
}

/** A call to try out, with a value for each parameter of its path. */
export interface FirstCall {
  readonly method: Route['method'];
  readonly url: string;
}

/** What is needed to describe an access. */
export interface AccessDescription {
  readonly catalogue: Pick<Catalogue, 'products' | 'brands'>;
  readonly contracts: Pick<Contracts, 'find'>;
  /** Sallyport's public address, without a trailing slash. */
  readonly publicUrl: string;
}

/**
 * Describes the access that an onboarding has given to its client.
 * @throws {Defect} if the catalogue no longer has the product or its brand
 */
export async function describeAccess(
  { catalogue, contracts, publicUrl }: AccessDescription,
  { request, plan }: AccessSubject,
  clientId: string,
): Promise<AccessDetails> {
  const product = catalogue.products[request.product];
  const brand = product === undefined ? undefined : catalogue.brands[product.brand];
  if (product === undefined || brand === undefined) {
    throw new Defect({
      service: 'sallyport',
      operation: 'DescribeAccess',
      detail: 'the product or its brand is missing in the catalogue',
    });
  }
  const contract = await contracts.find(plan.contractId);
  const apiUrl = apiUrlOf(publicUrl, product.id);
  const routes = product.routes.filter((route) => isCallable(route, product.id, plan));
  return {
    brand,
    product: { id: product.id, name: plan.productName },
    environment: request.environment,
    clientId,
    tokenUrl: `${publicUrl}/oauth2/token`,
    apiUrl,
    documentationUrl: documentationUrlOf(publicUrl, product.id),
    scopes: plan.scopes,
    routes,
    firstCall: firstCallOf(apiUrl, product, routes),
    ipRanges: request.ipRanges,
    contractEnd: contract === undefined ? undefined : contractEnd(contract),
  };
}

/** A client may call the routes that its plan has, as far as the catalogue still has them. */
const isCallable = (
  { method, path, scope }: Route,
  product: string,
  { scopes, routes }: AccessPlan,
): boolean =>
  scopes.includes(scope) &&
  routes.some((planned) => planned.method === method && planned.path === `/apis/${product}${path}`);

/**
 * Chooses the call that a partner tries first: one that only reads, with as few parameters as possible.
 * Undefined if there is no route.
 */
export function firstCallOf(
  apiUrl: string,
  { parameters }: Pick<Product, 'parameters'>,
  routes: readonly Route[],
): FirstCall | undefined {
  const effort = ({ method, path }: Route): number =>
    (method === 'GET' ? 0 : 100) + (path.match(/\{/gu) ?? []).length;
  const route = routes.toSorted((one, other) => effort(one) - effort(other)).at(0);
  if (route === undefined) return undefined;
  const path = route.path.replaceAll(/\{(\w+)\}/gu, (_, name: string) => sampleValue(parameters[name]));
  return { method: route.method, url: apiUrl + path };
}

/** The values that are tried for a parameter, whatever its pattern is. */
const sampleValues = ['1', '10000001', '123456789012', 'a', 'sample', 'AB123456', 'sample-1'];

/** Returns a value that fits the pattern of a parameter, if one of the samples does. */
function sampleValue(pattern: string | undefined): string {
  const [first = '1'] = sampleValues;
  if (pattern === undefined) return first;
  const whole = new RegExp(`^(?:${pattern})$`, 'u');
  return sampleValues.find((value) => whole.test(value)) ?? first;
}
