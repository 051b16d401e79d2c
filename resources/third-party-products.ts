import type { Catalogue } from '../core/catalogue/catalogue.ts';

/** The products whose calls may carry third parties' own tokens, separated by spaces: `none` where there is none, since no variable may be empty. */
export function thirdPartyProducts({ products }: Catalogue): string {
  const ids = Object.values(products).filter(({ thirdPartyTokens }) => thirdPartyTokens).map(({ id }) => id);
  return ids.length === 0 ? 'none' : ids.join(' ');
}
