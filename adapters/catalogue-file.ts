import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { type Catalogue, parseCatalogue } from '../core/catalogue/catalogue.ts';

/**
 * Reads a catalogue from a YAML file, relative to the working directory (in Lambda: the bundle's folder).
 * @throws {CatalogueInvalid} naming every fault
 */
export function readCatalogue(file: string): Catalogue {
  return parseCatalogue(parse(readFileSync(file, 'utf8')));
}
