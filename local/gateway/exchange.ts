import { account } from '../aws/service.ts';
import { headerValues, type GatewayRequest } from './request.ts';
import type { Matched } from './route.ts';

/** The API's parts of ARNs and events. */
export interface ApiIdentity {
  readonly apiId: string;
  readonly stage: string;
}

/** A request in the gateway, with the `$context` variables that are known so far. */
export interface Exchange {
  readonly api: ApiIdentity;
  readonly request: GatewayRequest;
  readonly matched: Matched | undefined;
  /** By name without `$context.`: `requestId`, `identity.sourceIp`, `authorizer.clientId`, … */
  readonly variables: Map<string, string>;
}

export interface RoutedExchange extends Exchange {
  readonly matched: Matched;
}

/** The types of the gateway's own answers; see API Gateway's gateway response types. */
export type ResponseType =
  | 'ACCESS_DENIED'
  | 'AUTHORIZER_CONFIGURATION_ERROR'
  | 'AUTHORIZER_FAILURE'
  | 'DEFAULT_5XX'
  | 'INTEGRATION_FAILURE'
  | 'INTEGRATION_TIMEOUT'
  | 'INVALID_API_KEY'
  | 'MISSING_AUTHENTICATION_TOKEN'
  | 'QUOTA_EXCEEDED'
  | 'REQUEST_TOO_LARGE'
  | 'THROTTLED'
  | 'UNAUTHORIZED'
  | 'WAF_FILTERED';

/**
 * Ends a request with an answer of the gateway itself. `reason` is for the log and contains no input and no
 * token.
 */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly type: ResponseType;
  /** Takes the place of the gateway response, if the firewall has one of its own. */
  readonly response: Response | undefined;

  constructor(type: ResponseType, reason: string = type, response?: Response) {
    super(reason);
    this.type = type;
    this.response = response;
  }
}

export function openExchange(
  api: ApiIdentity,
  request: GatewayRequest,
  matched: Matched | undefined,
): Exchange {
  const variables = new Map<string, string>([
    ['accountId', account],
    ['apiId', api.apiId],
    ['stage', api.stage],
    ['requestId', request.id],
    ['extendedRequestId', request.id],
    ['requestTime', requestTime(request.at)],
    ['requestTimeEpoch', String(request.at.getTime())],
    ['httpMethod', request.method],
    ['path', request.path],
    ['protocol', 'HTTP/1.1'],
    ['identity.sourceIp', request.sourceIp],
    ['identity.userAgent', headerValues(request, 'user-agent').join(', ')],
  ]);
  if (matched !== undefined) variables.set('resourcePath', matched.route.resource);
  return { api, request, matched, variables };
}

/**
 * Returns the value of a parameter mapping: `'a literal'`, `context.…`, `method.request.header.…` or
 * `method.request.path.…`. Returns undefined if the call has no such value.
 *
 * @throws Error for any other kind of expression
 */
export function mappedValue(exchange: Exchange, expression: string): string | undefined {
  const literal = /^'(.*)'$/s.exec(expression)?.[1];
  if (literal !== undefined) return literal;
  const [, kind, name] =
    /^(context|method\.request\.header|method\.request\.path)\.(.+)$/.exec(expression) ?? [];
  if (kind === undefined || name === undefined) {
    throw new Error(
      `cannot map ${expression}; allowed are 'literals', context.…, method.request.header.… and method.request.path.…`,
    );
  }
  if (kind === 'context') return exchange.variables.get(name);
  if (kind === 'method.request.path') return exchange.matched?.pathParameters[name];
  return headerValues(exchange.request, name).at(-1);
}

/** Returns the time in the common log format: `20/Nov/2026:18:43:07 +0000`. */
export function requestTime(at: Date): string {
  const [, day = '', month = '', year = '', time = ''] =
    /^\w+, (\d\d) (\w+) (\d+) ([\d:]+)/.exec(at.toUTCString()) ?? [];
  return `${day}/${month}/${year}:${time} +0000`;
}
