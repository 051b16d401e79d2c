import { catalogueDocument, productDocument } from './catalogue-document.ts';
import { type CatalogueError, errorsOf, inWords } from './catalogue-errors.ts';
import type { Environment } from './environment.ts';
import type { CataloguePrerequisite } from './prerequisite.ts';
import type { Route } from './route.ts';

export type { CatalogueError } from './catalogue-errors.ts';
export { environmentNamed, environments, type Environment } from './environment.ts';

/** How mails and pages look to the partners of a product. */
export interface Brand {
  readonly name: string;
  /** The address that mails come from. */
  readonly from: string;
  /** `#rrggbb` */
  readonly accent: string;
  /** A sentence that says whom a reader can ask for help. */
  readonly support: string;
}

/** The usage limits of a client (an API Gateway usage plan). */
export interface RatePlan {
  /** The average number of requests per second. */
  readonly rate: number;
  /** The maximum number of simultaneous requests. */
  readonly burst: number;
  readonly quota: { readonly limit: number; readonly period: 'DAY' | 'WEEK' | 'MONTH' };
}

/** A product of the company: an API that partners can be given access to. */
export interface Product {
  readonly id: string;
  readonly name: string;
  /** Key of `Catalogue.brands`. */
  readonly brand: string;
  /** The name of the directory group of its users. */
  readonly group: string;
  /** The base address of the backend in each environment, without a slash at the end. */
  readonly upstreams: Readonly<Record<Environment, string>>;
  /** Whether its clients may call from private address ranges. */
  readonly privateRanges: boolean;
  /**
   * Whether calls may carry third parties' own tokens, provided that the issuer's record allows it, too
   * (JWT-4).
   */
  readonly thirdPartyTokens: boolean;
  /** Maps each full scope to a description of what it allows. */
  readonly scopes: Readonly<Record<string, string>>;
  /**
   * Maps the name of a path parameter to a regular expression that must match its whole value. A parameter
   * that is not listed may have any value.
   */
  readonly parameters: Readonly<Record<string, string>>;
  readonly routes: readonly Route[];
  /**
   * The product's own OpenAPI 3.1 document, if there is one. In catalogue.yml it is the path of a file, which is
   * read when the catalogue is; functions have the content.
   */
  readonly openapi?: string | Readonly<Record<string, unknown>>;
  /** The terms of a client if nothing else was agreed. */
  readonly defaultTerms: { readonly scopes: readonly string[]; readonly ratePlan: string };
}

/**
 * The file that an operator edits: the regions, the prerequisite, the brands, rate plans and products of one
 * installation.
 */
export interface Catalogue {
  readonly regions: Readonly<Record<string, { readonly assignmentGroup: string }>>;
  /** What must be there before access is given. Without it, every request goes on at once. */
  readonly prerequisite?: CataloguePrerequisite;
  readonly brands: Readonly<Record<string, Brand>>;
  readonly ratePlans: Readonly<Record<string, RatePlan>>;
  readonly products: Readonly<Record<string, Product>>;
}

/** Returns a product's routes as paths of the gateway. */
export const gatewayRoutesOf = ({ id, routes }: Product): readonly Route[] =>
  routes.map((route) => ({ ...route, path: `/apis/${id}${route.path}` }));

/** Returns the ids of the products whose calls may carry third parties' own tokens. */
export const thirdPartyProductsOf = ({ products }: Pick<Catalogue, 'products'>): readonly string[] =>
  Object.values(products).flatMap(({ id, thirdPartyTokens }) => (thirdPartyTokens ? [id] : []));

/** The catalogue cannot be used. `faults` holds every error in it. */
export class CatalogueInvalid extends Error {
  override readonly name = 'CatalogueInvalid';
  readonly faults: readonly CatalogueError[];

  constructor(faults: readonly CatalogueError[]) {
    super(
      [
        'The catalogue is not valid.',
        ...faults.map(
          ({ path, unknownKey, allowed }) =>
            `  ${path || '/'}: ${unknownKey === undefined ? '' : `There is no key ${unknownKey}. `}${allowed}`,
        ),
      ].join('\n'),
    );
    this.faults = faults;
  }
}

/**
 * Validates the content of catalogue.yml, which is already parsed as YAML.
 * @param reservedVariables the variables of the desk's form that mean something else than the prerequisite
 * @throws {CatalogueInvalid} with every error at once
 */
export function parseCatalogue(content: unknown, reservedVariables: readonly string[] = []): Catalogue {
  // References are checked together with the rest, so the names are read before the document is known to be
  // valid.
  const sectionsDocument = catalogueDocument(reservedVariables);
  const sections = sectionsDocument.safeParse(content, { error: inWords });
  const brands = namesIn(content, 'brands');
  const ratePlans = namesIn(content, 'ratePlans');
  const products = entriesOf(content, 'products').map(([id, value]) => {
    const document = productDocument({ product: id, brands, ratePlans, scopes: namesIn(value, 'scopes') });
    return { id, document, parsed: document.safeParse(value, { error: inWords }) };
  });
  const faults = [
    ...errorsOf(sectionsDocument, sections.error),
    ...products.flatMap(({ id, document, parsed }) => errorsOf(document, parsed.error, ['products', id])),
  ];
  if (!sections.success || faults.length > 0) throw new CatalogueInvalid(faults);
  const { prerequisite, ...rest } = sections.data;
  return {
    ...rest,
    ...(prerequisite !== undefined && { prerequisite }),
    products: Object.fromEntries(
      products.flatMap(({ id, parsed }) => (parsed.success ? [[id, { id, ...parsed.data }]] : [])),
    ),
  };
}

function entriesOf(value: unknown, key: string): readonly [string, unknown][] {
  const section = isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return isRecord(section) ? Object.entries(section) : [];
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const namesIn = (value: unknown, key: string): readonly string[] =>
  entriesOf(value, key).map(([name]) => name);
