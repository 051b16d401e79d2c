import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { reservedVariables } from '../adapters/servicenow/request-variables.ts';
import { type Catalogue, parseCatalogue } from '../core/catalogue/catalogue.ts';
import { catalogueFaults } from './catalogue-faults.ts';

/** The file of a catalogue has errors. The message names each with its line, the value and what is allowed. */
export class CatalogueSourceInvalid extends Error {
  override readonly name = 'CatalogueSourceInvalid';

  constructor(file: string, faults: readonly string[]) {
    super(
      [
        `${file} is not a valid catalogue. Correct it, then check it with npm run catalogue:`,
        ...faults.map((fault) => `  ${file}:${fault}`),
      ].join('\n'),
    );
  }
}

/**
 * Reads the catalogue source in YAML. Functions read it as JSON, so that they need not load a YAML parser.
 * @throws {CatalogueSourceInvalid} naming every error
 * @throws {Error} if the file cannot be read
 */
export function readCatalogueSource(file: string): { readonly catalogue: Catalogue; readonly json: string } {
  const text = readText(file);
  const faults = catalogueFaults(text);
  if (faults.length > 0) throw new CatalogueSourceInvalid(file, faults);
  const content: unknown = parse(text);
  return { catalogue: parseCatalogue(content, reservedVariables), json: JSON.stringify(content) };
}

/** @throws {Error} that names the file */
function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Error(`${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}
