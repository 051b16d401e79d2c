import type { Environment, Product } from '../catalogue/catalogue.ts';
import type { Terms } from './records.ts';

/** What holds between a partner and a product if nothing was agreed: the product's terms of this moment, without an end. */
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
