import type {
  APIGatewayEventRequestContextWithAuthorizer,
  APIGatewayProxyEvent,
  APIGatewayRequestAuthorizerEvent,
} from 'aws-lambda';
import { account } from '../aws/service.ts';
import { requestTime, type RoutedExchange } from './exchange.ts';
import { lambdaRequestHeaders } from './headers.ts';
import { eventBody, type PayloadKind } from './payload.ts';
import { headerValues } from './request.ts';
import { routedPath } from './route.ts';

/** Returns the event of a Lambda proxy integration of a REST API (payload version 1.0). */
export function proxyEvent(exchange: RoutedExchange, body: Buffer, kind: PayloadKind): APIGatewayProxyEvent {
  const fields = requestFields(exchange);
  return {
    ...fields,
    queryStringParameters: nullIfEmpty(fields.queryStringParameters),
    multiValueQueryStringParameters: nullIfEmpty(fields.multiValueQueryStringParameters),
    pathParameters: nullIfEmpty(fields.pathParameters),
    ...eventBody(body, kind),
  };
}

/**
 * Returns the event of a REQUEST authorizer. It has no body, and empty objects where the proxy event has
 * null.
 */
export function authorizerEvent(
  exchange: RoutedExchange,
  methodArn: string,
): APIGatewayRequestAuthorizerEvent {
  return { type: 'REQUEST', methodArn, ...requestFields(exchange) };
}

function requestFields(exchange: RoutedExchange) {
  const {
    request,
    matched: { route, pathParameters },
  } = exchange;
  const headers = grouped(lambdaRequestHeaders(request), (name) => name.toLowerCase());
  const query = grouped([...new URLSearchParams(request.query)], (name) => name);
  return {
    resource: route.resource,
    path: routedPath(request.path),
    httpMethod: request.method,
    headers: lastValues(headers),
    multiValueHeaders: headers,
    queryStringParameters: lastValues(query),
    multiValueQueryStringParameters: query,
    pathParameters: { ...pathParameters },
    stageVariables: null,
    requestContext: requestContext(exchange),
  };
}

function requestContext({
  api,
  request,
  matched,
}: RoutedExchange): APIGatewayEventRequestContextWithAuthorizer<undefined> {
  return {
    accountId: account,
    apiId: api.apiId,
    authorizer: undefined,
    domainName: headerValues(request, 'host').at(-1),
    extendedRequestId: request.id,
    httpMethod: request.method,
    identity: {
      accessKey: null,
      accountId: null,
      apiKey: null,
      apiKeyId: null,
      caller: null,
      clientCert: null,
      cognitoAuthenticationProvider: null,
      cognitoAuthenticationType: null,
      cognitoIdentityId: null,
      cognitoIdentityPoolId: null,
      principalOrgId: null,
      sourceIp: request.sourceIp,
      user: null,
      userAgent: headerValues(request, 'user-agent').at(-1) ?? null,
      userArn: null,
    },
    path: request.path,
    protocol: 'HTTP/1.1',
    requestId: request.id,
    requestTime: requestTime(request.at),
    requestTimeEpoch: request.at.getTime(),
    resourceId: 'twin',
    resourcePath: matched.route.resource,
    stage: api.stage,
  };
}

/** Groups values by name. A group's name is spelled as at its first use. */
function grouped(
  pairs: readonly (readonly [string, string])[],
  sameAs: (name: string) => string,
): Record<string, string[]> {
  const groups = new Map<string, readonly [spelling: string, values: string[]]>();
  for (const [name, value] of pairs) {
    const group = groups.get(sameAs(name));
    if (group === undefined) groups.set(sameAs(name), [name, [value]]);
    else group[1].push(value);
  }
  return Object.fromEntries(groups.values());
}

const lastValues = (groups: Record<string, string[]>): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(groups).map(([name, values]) => [name, values.at(-1)]));

const nullIfEmpty = <T extends object>(record: T): T | null =>
  Object.keys(record).length === 0 ? null : record;
