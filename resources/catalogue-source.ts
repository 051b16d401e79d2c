import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { reservedVariables } from '../adapters/servicenow/request-variables.ts';
import { type Catalogue, parseCatalogue } from '../core/catalogue/catalogue.ts';
import { ownOpenApi } from '../core/catalogue/catalogue-document.ts';
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
 * Reads the catalogue source in YAML. Functions read it as JSON, so that they need not load a YAML parser. The
 * OpenAPI documents that products name are read with it, and stand in their place.
 * @throws {CatalogueSourceInvalid} naming every error
 * @throws {Error} if the file cannot be read
 */
export function readCatalogueSource(file: string): { readonly catalogue: Catalogue; readonly json: string } {
  const text = readText(file);
  const faults = catalogueFaults(text);
  if (faults.length > 0) throw new CatalogueSourceInvalid(file, faults);
  const content = withDocuments(file, parse(text) as SourceContent);
  return { catalogue: parseCatalogue(content, reservedVariables), json: JSON.stringify(content) };
}

/** What is read of a valid source here. */
interface SourceContent {
  readonly products: Readonly<Record<string, { readonly openapi?: unknown }>>;
}

/**
 * Puts the content of each product's OpenAPI document in the place of its path, which is beside the catalogue.
 * @throws {CatalogueSourceInvalid} naming every document that cannot be used
 */
function withDocuments(file: string, content: SourceContent): object {
  const faults: string[] = [];
  const products = Object.entries(content.products).map(([id, product]) => {
    if (typeof product.openapi !== 'string') return [id, product] as const;
    const document = readDocument(join(dirname(file), product.openapi));
    if (document === undefined) {
      faults.push(
        `1:1: /products/${id}/openapi: ${product.openapi} is no document of OpenAPI 3.1 that can be read.`,
      );
    }
    return [id, { ...product, openapi: document }] as const;
  });
  if (faults.length > 0) throw new CatalogueSourceInvalid(file, faults);
  return { ...content, products: Object.fromEntries(products) };
}

/** Returns the document, or undefined if it cannot be read or is of another kind. */
function readDocument(path: string): object | undefined {
  try {
    const document: unknown = parse(readFileSync(path, 'utf8'));
    return ownOpenApi.safeParse(document).data;
  } catch {
    return undefined;
  }
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
