import { join } from 'node:path';
import type { Product } from '../../core/catalogue/catalogue.ts';
import { readCatalogueSource } from '../../resources/catalogue-source.ts';

/**
 * The content of catalogue.yml. Operators edit that file, so tests derive from this what they expect of it. A
 * test that is about special values has a catalogue of its own.
 */
export const { catalogue: shippedCatalogue } = readCatalogueSource(
  join(import.meta.dirname, '../../catalogue.yml'),
);

/** Returns what an error says about a name that is not in this part of the catalogue: `One of: US, UK.` */
export const oneOfThe = (part: 'regions' | 'ratePlans' | 'products'): string =>
  `One of: ${Object.keys(shippedCatalogue[part]).join(', ')}.`;

/**
 * Returns a product of the catalogue.
 * @throws {Error} if the catalogue does not have it
 */
export function shippedProduct(id: string): Product {
  const product = shippedCatalogue.products[id];
  if (product === undefined) throw new Error(`catalogue.yml has no product ${id}`);
  return product;
}
