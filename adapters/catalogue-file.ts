import { readFileSync } from 'node:fs';
import { type Catalogue, parseCatalogue } from '../core/catalogue/catalogue.ts';
import { reservedVariables } from './servicenow/request-variables.ts';

/**
 * Reads the catalogue that was deployed with a function, a JSON file.
 * @throws {CatalogueInvalid} naming every error
 */
export function readCatalogue(file: string): Catalogue {
  return parseCatalogue(JSON.parse(readFileSync(file, 'utf8')), reservedVariables);
}
