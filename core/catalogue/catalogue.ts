import type * as z from 'zod';
import { catalogueDocument, productDocument } from './catalogue-document.ts';
import type { Environment } from './environment.ts';
import type { Route } from './route.ts';

export { environmentNamed, environments, type Environment } from './environment.ts';

/** How mails and pages look to the partners of a product. */
export interface Brand {
  readonly name: string;
  /** The address that mails come from. */
  readonly from: string;
  /** `#rrggbb` */
  readonly accent: string;
  /** Whom a reader turns to: a sentence. */
  readonly support: string;
}

/** What a client may use in a time (an API Gateway usage plan). */
export interface RatePlan {
  /** Requests per second, on average. */
  readonly rate: number;
  /** Requests at once. */
  readonly burst: number;
  readonly quota: { readonly limit: number; readonly period: 'DAY' | 'WEEK' | 'MONTH' };
}

export interface Product {
  readonly id: string;
  readonly name: string;
  /** Key of `Catalogue.brands`. */
  readonly brand: string;
  /** Name of the Okta group of its users. */
  readonly group: string;
  /** Base address of the backend, without a slash at the end. */
  readonly upstreams: Readonly<Record<Environment, string>>;
  /** Whether its clients may call from private address ranges. */
  readonly privateRanges: boolean;
  /** Whether its calls may carry third parties' own tokens, where the issuer's record says so, too (JWT-4). */
  readonly thirdPartyTokens: boolean;
  /** Full scope → what it allows, in words. */
  readonly scopes: Readonly<Record<string, string>>;
  /** Name of a path parameter → the regular expression that its values match as a whole; of any other it is any. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly routes: readonly Route[];
  /** What a client gets if nothing else is agreed. */
  readonly defaultTerms: { readonly scopes: readonly string[]; readonly ratePlan: string };
}

/** What an operator edits: the regions, brands, rate plans and products of one installation. */
export interface Catalogue {
  readonly regions: Readonly<Record<string, { readonly assignmentGroup: string }>>;
  readonly brands: Readonly<Record<string, Brand>>;
  readonly ratePlans: Readonly<Record<string, RatePlan>>;
  readonly products: Readonly<Record<string, Product>>;
}

/** A product's routes as paths of the gateway. */
export const gatewayRoutesOf = ({ id, routes }: Product): readonly Route[] =>
  routes.map((route) => ({ ...route, path: `/apis/${id}${route.path}` }));

/** The products whose calls may carry third parties' own tokens. */
export const thirdPartyProductsOf = ({ products }: Pick<Catalogue, 'products'>): readonly string[] =>
  Object.values(products).flatMap(({ id, thirdPartyTokens }) => (thirdPartyTokens ? [id] : []));

export interface CatalogueError {
  /** JSON Pointer into the document. */
  readonly path: string;
  /** A sentence for the operator. */
  readonly allowed: string;
}

/** The catalogue cannot be used; `faults` holds everything that is wrong with it. */
export class CatalogueInvalid extends Error {
  override readonly name = 'CatalogueInvalid';
  readonly faults: readonly CatalogueError[];

  constructor(faults: readonly CatalogueError[]) {
    super(
      [
        'The catalogue is not valid.',
        ...faults.map(({ path, allowed }) => `  ${path || '/'}: ${allowed}`),
      ].join('\n'),
    );
    this.faults = faults;
  }
}

/**
 * Reads the parsed content of catalogue.yml.
 * @throws {CatalogueInvalid} with every fault at once
 */
export function parseCatalogue(content: unknown): Catalogue {
  // References are checked where they stand, so the names are read before the rest is known to be sound.
  const sections = catalogueDocument.safeParse(content);
  const [brands, ratePlans] = [namesIn(content, 'brands'), namesIn(content, 'ratePlans')];
  const products = entriesOf(content, 'products').map(([id, value]) => {
    const document = productDocument({ product: id, brands, ratePlans, scopes: namesIn(value, 'scopes') });
    return { id, parsed: document.safeParse(value) };
  });
  const faults = [
    ...faultsIn(sections.error),
    ...products.flatMap(({ id, parsed }) => faultsIn(parsed.error, ['products', id])),
  ];
  if (!sections.success || faults.length > 0) throw new CatalogueInvalid(faults);
  return {
    ...sections.data,
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

function faultsIn(error: z.ZodError | undefined, at: readonly PropertyKey[] = []): readonly CatalogueError[] {
  return (error?.issues ?? []).map((issue) => ({
    path: [...at, ...issue.path]
      .map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`)
      .join(''),
    allowed:
      issue.code === 'invalid_key' ? issue.issues.map(({ message }) => message).join(' ') : issue.message,
  }));
}
