import { type Catalogue, thirdPartyProductsOf } from '../core/catalogue/catalogue.ts';

/**
 * Returns the value of the authorizer's variable: product ids separated by spaces, or `none`, since no
 * variable may be empty.
 */
export function thirdPartyProducts(catalogue: Catalogue): string {
  const ids = thirdPartyProductsOf(catalogue);
  return ids.length === 0 ? 'none' : ids.join(' ');
}
