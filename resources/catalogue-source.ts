import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { type Catalogue, parseCatalogue } from '../core/catalogue/catalogue.ts';

/**
 * The catalogue as people write it, in YAML. Functions read it as JSON, which needs no parser to be loaded.
 * @throws {CatalogueInvalid} naming every fault
 */
export function readCatalogueSource(file: string): { readonly catalogue: Catalogue; readonly json: string } {
  const content: unknown = parse(readFileSync(file, 'utf8'));
  return { catalogue: parseCatalogue(content), json: JSON.stringify(content) };
}
