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
function shippedProduct(id: string): Product {
  const product = shippedCatalogue.products[id];
  if (product === undefined) throw new Error(`catalogue.yml has no product ${id}`);
  return product;
}

/** The products that the samples ask for. */
export const creditReports = shippedProduct('credit-reports');
export const fraudSignals = shippedProduct('fraud-signals');

/** Returns the path that the backend of a product is called at in DEV for a path below the product. */
export const backendPathOf = ({ upstreams }: Product, path: string): string =>
  new URL(`${upstreams.DEV}${path}`).pathname;

/**
 * Returns the group that the tasks of a region are assigned to.
 * @throws {Error} if the catalogue does not have the region
 */
export function assignmentGroupOf(region: string): string {
  const entry = shippedCatalogue.regions[region];
  if (entry === undefined) throw new Error(`catalogue.yml has no region ${region}`);
  return entry.assignmentGroup;
}
