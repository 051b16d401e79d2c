import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { type Catalogue, parseCatalogue } from '../core/catalogue/catalogue.ts';

/**
 * The catalogue as people write it, in YAML. Functions read it as JSON, which needs no parser to be loaded.
 * @throws {CatalogueInvalid} naming every fault
 */
export function readCatalogueSource(file: string): { readonly catalogue: Catalogue; readonly json: string } {
  const content = readYaml(file);
  return { catalogue: parseCatalogue(content), json: JSON.stringify(content) };
}

/** @throws {Error} with the file and the place in it */
function readYaml(file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Error(`${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}
