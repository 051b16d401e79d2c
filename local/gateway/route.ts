import type { GatewayRequest } from './request.ts';

/** One method of one resource of the API. */
export interface GatewayRoute {
  /** `ANY` stands for every method that the resource has no route of its own for. */
  readonly method: string;
  /** The resource's path: `/apis/credit-reports/reports/{id}`. */
  readonly resource: string;
  /** Whether the authorizer and the caller's usage plan apply to it. */
  readonly protected: boolean;
  readonly integration: LambdaProxy | HttpProxy;
}

export interface LambdaProxy {
  readonly kind: 'lambda';
  readonly functionName: string;
  readonly timeoutMillis: number;
}

export interface HttpProxy {
  readonly kind: 'http';
  /** The URL of the backend, with the resource's `{parameters}` in it. */
  readonly uri: string;
  /**
   * Header name → mapping expression (`context.requestId`, `'a literal'`). A value takes the place of the
   * caller's header of the same name. Without a value, the caller's comes through.
   */
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMillis: number;
}

/** API Gateway's maximum and default time-out of an integration, in milliseconds. */
export const longestIntegration = 29_000;

const anyMethod = 'ANY';

/**
 * The methods that `ANY` stands for.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-settings-method-request.html
 */
const supportedMethods = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']);

const takes = (route: GatewayRoute, method: string): boolean =>
  route.method === method || (route.method === anyMethod && supportedMethods.has(method));

export interface Matched {
  readonly route: GatewayRoute;
  /** Percent-encoded, as functions receive them. */
  readonly pathParameters: Readonly<Record<string, string>>;
}

/**
 * Creates a router that matches as API Gateway does. Slashes at the end of a path are ignored, several at the
 * beginning count as one, and percent-encoding is kept. Literal segments take precedence over parameters. The
 * firewall blocks paths that components could interpret differently.
 */
export function createRouter(
  routes: readonly GatewayRoute[],
): (request: GatewayRequest) => Matched | undefined {
  const compiled = routes
    .map((route) => ({ route, segments: route.resource.replace(/\/+$/, '').split('/').slice(1) }))
    .toSorted(
      (a, b) =>
        specificity(a.segments).localeCompare(specificity(b.segments)) ||
        Number(a.route.method === anyMethod) - Number(b.route.method === anyMethod),
    );

  return ({ method, path }) => {
    const segments = routedPath(path).replace(/\/+$/, '').split('/').slice(1);
    for (const { route, segments: pattern } of compiled) {
      if (!takes(route, method) || pattern.length !== segments.length) continue;
      const pathParameters = matchSegments(pattern, segments);
      if (pathParameters !== undefined) return { route, pathParameters };
    }
    return undefined;
  };
}

/** Returns a sort key that puts `/a/b` before `/a/{x}`, and `/a/{x}` before `/{x}/b`. */
const specificity = (segments: readonly string[]): string =>
  segments.map((each) => (parameterName(each) === undefined ? '0' : '1')).join('');

const parameterName = (segment: string): string | undefined => /^\{([^{}]+)\}$/.exec(segment)?.[1];

function matchSegments(
  pattern: readonly string[],
  segments: readonly string[],
): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const [at, segment] of segments.entries()) {
    const expected = pattern[at] ?? '';
    const name = parameterName(expected);
    if (name !== undefined && segment !== '') parameters[name] = segment;
    else if (segment !== expected) return undefined;
  }
  return parameters;
}

/** Returns the path that events contain, with several slashes at the beginning reduced to one. */
export const routedPath = (path: string): string => path.replace(/^\/+/, '/');
