import type { Environment, Product } from '../catalogue/catalogue.ts';
import type { Terms } from './records.ts';

/**
 * Returns the terms of a partner's default contract for a product. They are the product's default terms at
 * this moment, and have no end.
 */
export function defaultTermsOf(
  { id, defaultTerms: { scopes, ratePlan } }: Product,
  {
    environment,
    owner,
    startsAt,
  }: { readonly environment: Environment; readonly owner: string; readonly startsAt: Date },
): Terms {
  return {
    products: { [id]: scopes },
    ratePlan,
    ipRanges: [],
    environments: [environment],
    startsAt: startsAt.toISOString(),
    owner,
    grants: ['client_credentials'],
    resourceServerOf: [],
  };
}
