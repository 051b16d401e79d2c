import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { type Catalogue, parseCatalogue } from '../core/catalogue/catalogue.ts';

/**
 * Reads the catalogue source in YAML. Functions read it as JSON, so that they need not load a YAML parser.
 * @throws {CatalogueInvalid} naming every error
 */
export function readCatalogueSource(file: string): { readonly catalogue: Catalogue; readonly json: string } {
  const content = readYaml(file);
  return { catalogue: parseCatalogue(content), json: JSON.stringify(content) };
}

/**
 * Parses a YAML file.
 * @throws {Error} with the file and the position in it
 */
function readYaml(file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Error(`${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}
