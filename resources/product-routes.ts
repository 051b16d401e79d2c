import type { Catalogue, Environment } from '../core/catalogue/catalogue.ts';
import type { Route } from '../core/catalogue/route.ts';
import { type Resources, logicalId } from './cloudformation.ts';

/** A route of the catalogue as the gateway serves it. */
export interface ProductRoute {
  readonly method: Route['method'];
  /** `/apis/<product>/…`, parameters as `{name}`. */
  readonly path: string;
  readonly product: string;
  /** Address of the backend; parameters as in `path`. */
  readonly upstream: string;
  /** Headers the backend gets from us, whatever the caller sent → what they are filled with. */
  readonly headers: Readonly<Record<string, string>>;
}

const contentEncoding = 'method.request.header.Content-Encoding';

const headers = {
  'X-Sallyport-Partner-Id': 'context.authorizer.partnerId',
  'X-Sallyport-Client-Id': 'context.authorizer.clientId',
  'X-Sallyport-Contract-Id': 'context.authorizer.contractId',
  'X-Sallyport-User-Id': 'context.authorizer.userId',
  'X-Sallyport-Request-Id': 'context.requestId',
  // API Gateway would drop it, and the backend could not tell compressed bodies from others.
  'Content-Encoding': contentEncoding,
} as const;

/** Every route of every product in this environment. */
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

/** One method per route, passed on as it is (`HTTP_PROXY`), and the tree of paths above them. */
export function productMethods(routes: readonly ProductRoute[]): Resources {
  return Object.fromEntries(
    routes.flatMap((route) => [...pathsTo(route.path), [methodId(route), method(route)] as const]),
  );
}

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
        [contentEncoding, false],
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

/** The resource of each path from `/apis` down to this one. */
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
