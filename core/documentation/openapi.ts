import { apiUrlOf, documentationUrlOf } from '../catalogue/addresses.ts';
import type { Catalogue, Environment, Product } from '../catalogue/catalogue.ts';
import type { Route } from '../catalogue/route.ts';
import { callErrors } from './call-errors.ts';
import { limitsInWords, limitsOf } from './limits.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** What is needed to describe a product. */
export interface DocumentationDependencies {
  readonly catalogue: Pick<Catalogue, 'products' | 'ratePlans' | 'brands'>;
  readonly environment: Environment;
  /** Sallyport's public address, without a trailing slash. */
  readonly publicUrl: string;
}

/**
 * Describes a product for partners (OpenAPI 3.1.1): its routes with their scopes, the token endpoint, the errors
 * and the limits. Where the product has a document of its own, that says what is asked and answered, as far as
 * the product has these routes. What Sallyport itself decides is always as the catalogue says.
 */
export function productOpenApi(dependencies: DocumentationDependencies, product: Product): JsonObject {
  const { catalogue, environment, publicUrl } = dependencies;
  const own = ownDocumentOf(product);
  const info = objectIn(own, 'info');
  const components = objectIn(own, 'components');
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of product.routes) {
    const ownPath = objectIn(objectIn(own, 'paths'), route.path);
    const path = (paths[route.path] ??= sharedMembers(ownPath));
    const method = route.method.toLowerCase();
    const shared = namedParameters(own, path['parameters']);
    path[method] = operationOf(product, route, objectIn(ownPath, method), [
      ...shared,
      ...namedParameters(own, objectIn(ownPath, method)['parameters']),
    ]);
  }
  return {
    ...own,
    openapi: '3.1.1',
    info: {
      title: product.name,
      version: '1',
      ...info,
      description: [
        ...('description' in info ? [String(info['description'])] : []),
        `${product.name} in the environment ${environment}.`,
        ...limitsInWords(limitsOf(catalogue, product.id)),
      ].join('\n\n'),
    },
    servers: [{ url: apiUrlOf(publicUrl, product.id), description: environment }],
    externalDocs: { url: documentationUrlOf(publicUrl, product.id), description: 'How to call this API' },
    security: [],
    paths,
    components: {
      ...components,
      securitySchemes: {
        oauth2: {
          type: 'oauth2',
          description: 'A client gets a token by its secret or by a signed assertion.',
          flows: {
            clientCredentials: { tokenUrl: `${publicUrl}/oauth2/token`, scopes: product.scopes },
          },
        },
      },
      schemas: { ...objectIn(components, 'schemas'), SallyportProblem: problemSchema },
    },
  };
}

/** The members of a path item that apply to all of its operations. */
const sharedMembers = (path: JsonObject): Record<string, unknown> =>
  Object.fromEntries(
    ['summary', 'description', 'parameters'].flatMap((name) => (name in path ? [[name, path[name]]] : [])),
  );

function operationOf(
  product: Product,
  { method, path, scope }: Route,
  own: JsonObject,
  given: readonly string[],
): JsonObject {
  const missing = [...path.matchAll(/\{(\w+)\}/gu)].flatMap(([, name = '']) =>
    given.includes(name) ? [] : [parameterOf(name, product.parameters[name])],
  );
  const parameters = [...missing, ...listOf(own['parameters'])];
  return {
    operationId: operationIdOf(method, path),
    summary: product.scopes[scope] ?? scope,
    ...(['POST', 'PUT', 'PATCH'].includes(method) && {
      requestBody: { content: { 'application/json': {} } },
    }),
    ...own,
    ...(parameters.length > 0 && { parameters }),
    security: [{ oauth2: [scope] }],
    responses: {
      ...('responses' in own ? {} : { '2XX': { description: "The backend's answer." } }),
      ...objectIn(own, 'responses'),
      ...errorResponses,
    },
  };
}

/** Returns the names of the path parameters in a list, which may refer to the document's components. */
function namedParameters(own: JsonObject, parameters: unknown): readonly string[] {
  const components = objectIn(objectIn(own, 'components'), 'parameters');
  return listOf(parameters).flatMap((listed) => {
    if (!isObject(listed)) return [];
    const reference = listed['$ref'];
    const parameter =
      typeof reference === 'string'
        ? objectIn(components, reference.replace('#/components/parameters/', ''))
        : listed;
    return parameter['in'] === 'path' && typeof parameter['name'] === 'string' ? [parameter['name']] : [];
  });
}

/** Returns an id such as `getReportsById`. */
function operationIdOf(method: string, path: string): string {
  const words = path
    .split('/')
    .filter((segment) => segment !== '')
    .map((segment) => (segment.startsWith('{') ? `by-${segment.slice(1, -1)}` : segment));
  return `${method.toLowerCase()}-${words.join('-')}`.replaceAll(/[^A-Za-z0-9]+(\w)/gu, (_, letter: string) =>
    letter.toUpperCase(),
  );
}

const parameterOf = (name: string, pattern: string | undefined): JsonObject => ({
  name,
  in: 'path',
  required: true,
  schema: { type: 'string', ...(pattern !== undefined && { pattern: `^(?:${pattern})$` }) },
});

const header = (description: string): JsonObject => ({ description, schema: { type: 'string' } });
const rateLimitPolicy = header(
  "The limits of the client's rate plan: draft-ietf-httpapi-ratelimit-headers-10. Absent or empty if the plan is not known.",
);

/** The headers that help, by the status of the error. */
const errorHeaders: Readonly<Record<number, JsonObject>> = {
  403: { 'RateLimit-Policy': rateLimitPolicy },
  429: {
    'RateLimit-Policy': rateLimitPolicy,
    'Retry-After': header('One second beyond the rate; the date of the next period beyond the quota.'),
  },
};

/** The errors of Sallyport by status, each with its codes and what to do. */
const errorResponses: JsonObject = Object.fromEntries(
  [...new Set(callErrors.map(({ status }) => status))].map((status) => [
    status,
    {
      description: callErrors
        .filter((error) => error.status === status)
        .map(({ code, means, whatToDo }) => `\`${code}\`: ${means}. What to do: ${whatToDo}.`)
        .join('\n\n'),
      ...(status in errorHeaders && { headers: errorHeaders[status] }),
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/SallyportProblem' } } },
    },
  ]),
);

/** A problem of RFC 9457, as the gateway answers it. */
const problemSchema: JsonObject = {
  type: 'object',
  required: ['type', 'title', 'code'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: callErrors.map(({ code }) => code) },
    evaluationId: { type: 'string', description: 'Tell it to the support if you ask about a refusal.' },
    documentation: { type: 'string', format: 'uri-reference' },
  },
};

/** Returns the product's own document, or an empty one. */
const ownDocumentOf = ({ openapi }: Product): JsonObject => (isObject(openapi) ? openapi : {});

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function objectIn(value: JsonObject, name: string): JsonObject {
  const member = Object.hasOwn(value, name) ? value[name] : undefined;
  return isObject(member) ? member : {};
}
