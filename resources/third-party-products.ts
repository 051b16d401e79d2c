import { type Catalogue, thirdPartyProductsOf } from '../core/catalogue/catalogue.ts';

/** As the authorizer's variable has them, separated by spaces: `none` where there is none, since no variable may be empty. */
export function thirdPartyProducts(catalogue: Catalogue): string {
  const ids = thirdPartyProductsOf(catalogue);
  return ids.length === 0 ? 'none' : ids.join(' ');
}
