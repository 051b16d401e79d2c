import type { Catalogue, Environment } from '../core/catalogue/catalogue.ts';
import type { Route } from '../core/catalogue/route.ts';
import { openApiPath } from '../core/catalogue/addresses.ts';
import { frameworkId, type Resources, logicalId } from './cloudformation.ts';

/** A route of the catalogue as the gateway serves it. */
export interface ProductRoute {
  readonly method: Route['method'];
  /** The path `/apis/<product>/…`, with parameters as `{name}`. */
  readonly path: string;
  readonly product: string;
  /** The address of the backend, with the same parameters as `path`. */
  readonly upstream: string;
  /**
   * The headers that the gateway sets for the backend, whatever the caller sent, with the source of each
   * value. Ours are in every spelling.
   */
  readonly headers: Readonly<Record<string, string>>;
}

/** Headers of the caller that are mapped to themselves: each as the one value that API Gateway reads. */
const ownValue = {
  // The authorizer's cached answer belongs to this value, so the backend must not read another one.
  Authorization: 'method.request.header.Authorization',
  // API Gateway would drop this header, and the backend could not recognise compressed bodies.
  'Content-Encoding': 'method.request.header.Content-Encoding',
} as const;

/**
 * Headers that a backend may act on, with what we judged. None of the values is ever empty, because an empty
 * one might let the caller's header through.
 */
const judged = {
  'X-Sallyport-Partner-Id': 'context.authorizer.partnerId',
  'X-Sallyport-Client-Id': 'context.authorizer.clientId',
  'X-Sallyport-Contract-Id': 'context.authorizer.contractId',
  'X-Sallyport-User-Id': 'context.authorizer.userId',
  'X-Sallyport-User-Partner-Id': 'context.authorizer.userPartnerId',
  'X-Sallyport-Request-Id': 'context.requestId',
  'X-Forwarded-For': 'context.identity.sourceIp',
  // Frameworks obey these instead of the method, which the policy was asked about.
  'X-HTTP-Method-Override': 'context.httpMethod',
  'X-HTTP-Method': 'context.httpMethod',
  'X-Method-Override': 'context.httpMethod',
} as const;

/** Returns a header's name in each spelling that some backends take for the same: with `_` for any `-`. */
function spellingsOf(name: string): string[] {
  const [first = '', ...others] = name.split('-');
  return others.reduce(
    (spellings, part) => spellings.flatMap((start) => [`${start}-${part}`, `${start}_${part}`]),
    [first],
  );
}

const headers: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    Object.entries(judged).flatMap(([name, value]) =>
      spellingsOf(name).map((spelling) => [spelling, value] as const),
    ),
  ),
  ...ownValue,
};

/** Returns every route of every product in this environment. */
export function productRoutes(catalogue: Catalogue, environment: Environment): ProductRoute[] {
  return Object.values(catalogue.products).flatMap((product) =>
    product.routes.map(({ method, path }) => ({
      method,
      path: `/apis/${product.id}${path}`,
      product: product.id,
      upstream: `${product.upstreams[environment]}${path}`,
      headers,
    })),
  );
}

/**
 * Returns one `HTTP_PROXY` method per route, which passes requests on unchanged, and the resources of the
 * paths above them.
 */
export function productMethods(routes: readonly ProductRoute[]): Resources {
  return Object.fromEntries(
    routes.flatMap((route) => [...pathsTo(route.path), [methodId(route), method(route)] as const]),
  );
}

/**
 * Returns the public methods below `/apis` that a function serves: of each product's OpenAPI description, and
 * `OPTIONS` of each path with routes, which is answered 405 with `Allow`. They are beside the product's routes,
 * where no `{product}` of the API could be reached, because API Gateway prefers the product's own resource.
 */
export function publicProductMethods(
  catalogue: Pick<Catalogue, 'products'>,
  routes: readonly ProductRoute[],
): Resources {
  const documents = Object.keys(catalogue.products).map((product) => `/apis/${product}${openApiPath}`);
  const paths = new Set(routes.map(({ path }) => path));
  return Object.fromEntries([
    ...documents.flatMap((path) => [...pathsTo(path), publicMethod('ANY', path)]),
    ...[...paths].map((path) => publicMethod('OPTIONS', path)),
  ]);
}

const publicMethod = (method: string, path: string): readonly [string, Resources[string]] => [
  logicalId('Method', `${method} ${path}`),
  publicMethodResource(method, path),
];

const publicMethodResource = (method: string, path: string): Resources[string] => ({
  Type: 'AWS::ApiGateway::Method',
  Properties: {
    RestApiId: { Ref: 'ApiGatewayRestApi' },
    ResourceId: { Ref: pathId(path) },
    HttpMethod: method,
    AuthorizationType: 'NONE',
    ApiKeyRequired: false,
    Integration: {
      Type: 'AWS_PROXY',
      IntegrationHttpMethod: 'POST',
      Uri: {
        'Fn::Sub': `arn:\${AWS::Partition}:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${${frameworkId('discovery')}LambdaFunction.Arn}/invocations`,
      },
    },
  },
});

function method({ method, path, upstream, headers }: ProductRoute): Resources[string] {
  const parameters = [...path.matchAll(/\{([^}]+)\}/gu)].map(([, name = '']) => name);
  return {
    Type: 'AWS::ApiGateway::Method',
    Properties: {
      RestApiId: { Ref: 'ApiGatewayRestApi' },
      ResourceId: { Ref: pathId(path) },
      HttpMethod: method,
      AuthorizationType: 'CUSTOM',
      AuthorizerId: { Ref: 'ProductAuthorizer' },
      ApiKeyRequired: true,
      RequestParameters: Object.fromEntries([
        ...parameters.map((name) => [`method.request.path.${name}`, true]),
        ...Object.values(ownValue).map((expression) => [expression, false] as const),
      ]),
      Integration: {
        Type: 'HTTP_PROXY',
        IntegrationHttpMethod: method,
        Uri: upstream,
        RequestParameters: Object.fromEntries([
          ...parameters.map(
            (name) => [`integration.request.path.${name}`, `method.request.path.${name}`] as const,
          ),
          ...Object.entries(headers).map(
            ([header, variable]) => [`integration.request.header.${header}`, variable] as const,
          ),
        ]),
      },
    },
  };
}

/** Returns the resource of each path from `/apis` down to this one. */
function pathsTo(path: string): (readonly [string, Resources[string]])[] {
  const segments = path.split('/').slice(1);
  const above = (depth: number): string => `/${segments.slice(0, depth).join('/')}`;
  return segments.map((segment, depth) => [
    pathId(above(depth + 1)),
    {
      Type: 'AWS::ApiGateway::Resource',
      Properties: {
        RestApiId: { Ref: 'ApiGatewayRestApi' },
        ParentId:
          depth === 0
            ? { 'Fn::GetAtt': ['ApiGatewayRestApi', 'RootResourceId'] }
            : { Ref: pathId(above(depth)) },
        PathPart: segment,
      },
    },
  ]);
}

const pathId = (path: string): string => logicalId('Path', path);
const methodId = ({ method, path }: ProductRoute): string => logicalId('Method', `${method} ${path}`);
