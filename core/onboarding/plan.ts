import type { Catalogue, Product } from '../catalogue/catalogue.ts';
import type { Kind, OnboardingRequest } from './request.ts';

/** What an onboarding is going to do, decided once, by the request and the catalogue of that moment. */
export interface Plan {
  readonly assignmentGroup: string;
  readonly productName: string;
  /** The directory group that the product's users are in. */
  readonly group: string;
  readonly scopes: readonly string[];
  readonly ratePlan: string;
  /** All routes of the product, as paths of the gateway: also those the scopes do not reach. */
  readonly routes: Product['routes'];
}

/** Something that stands in the way, in a sentence that the requester understands. */
export interface Reason {
  readonly code: string;
  readonly sentence: string;
}

export const makesProfile = (kind: Kind): boolean => kind !== 'api-client';
export const makesClient = (kind: Kind): boolean => kind !== 'b2b-user';

/**
 * The plan for a request that was checked against the same catalogue. The default terms of the product hold,
 * until contracts say otherwise.
 * @throws {RangeError} if the catalogue no longer knows the request's region or product
 */
export function planFor(request: OnboardingRequest, catalogue: Catalogue): Plan {
  const region = catalogue.regions[request.region];
  const product = catalogue.products[request.product];
  if (region === undefined) throw new RangeError(`region ${request.region} has left the catalogue`);
  if (product === undefined) throw new RangeError(`product ${request.product} has left the catalogue`);
  return {
    assignmentGroup: region.assignmentGroup,
    productName: product.name,
    group: product.group,
    scopes: product.defaultTerms.scopes,
    ratePlan: product.defaultTerms.ratePlan,
    routes: product.routes.map((route) => ({ ...route, path: `/apis/${product.id}${route.path}` })),
  };
}
