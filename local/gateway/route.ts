import type { GatewayRequest } from './request.ts';

/** One method of one resource of the API. */
export interface GatewayRoute {
  readonly method: string;
  /** The resource's path: `/apis/credit-reports/reports/{id}`. */
  readonly resource: string;
  /** Whether it stands behind the authorizer and the caller's usage plan. */
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
  /** Where the backend answers, with the resource's `{parameters}` in place. */
  readonly uri: string;
  /** Header → mapping expression (`context.requestId`, `'a literal'`); what the caller sent under that name is dropped. */
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMillis: number;
}

/** API Gateway's longest, and usual, wait for an integration. */
export const longestIntegration = 29_000;

export interface Matched {
  readonly route: GatewayRoute;
  /** Still percent-encoded, as functions are given them. */
  readonly pathParameters: Readonly<Record<string, string>>;
}

/**
 * Finds the route of a request as API Gateway does: slashes at the end count for nothing, several at the beginning
 * for one, and what is percent-encoded stays so. Literal segments win over parameters. That a path means the same
 * to all who read it is for the firewall to see to.
 */
export function createRouter(
  routes: readonly GatewayRoute[],
): (request: GatewayRequest) => Matched | undefined {
  const compiled = routes
    .map((route) => ({ route, segments: route.resource.split('/').slice(1) }))
    .toSorted((a, b) => specificity(a.segments).localeCompare(specificity(b.segments)));

  return ({ method, path }) => {
    const segments = routedPath(path).replace(/\/+$/, '').split('/').slice(1);
    for (const { route, segments: pattern } of compiled) {
      if (route.method !== method || pattern.length !== segments.length) continue;
      const pathParameters = matchSegments(pattern, segments);
      if (pathParameters !== undefined) return { route, pathParameters };
    }
    return undefined;
  };
}

/** Sorts `/a/b` before `/a/{x}` before `/{x}/b`. */
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

/** The path that events name: several slashes at the beginning are one. */
export const routedPath = (path: string): string => path.replace(/^\/+/, '/');
