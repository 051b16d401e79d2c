import middy from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { StepError, Unavailable } from '../core/errors.ts';
import { type Problem, problemBody } from '../core/problem.ts';
import { createLog, describeDefect, type Log } from './log.ts';
import { refusedMethodAllows } from './methods.ts';

/** A request as the functions see it. */
export interface HttpRequest {
  readonly method: string;
  /** The path of the route, with its parameters in braces. */
  readonly resource: string;
  readonly pathParameters: Readonly<Record<string, string | undefined>>;
  /** The decoded query parameters. If one is repeated, its last value. */
  readonly query: Readonly<Record<string, string | undefined>>;
  /** The names of the query parameters that are repeated. */
  readonly repeatedQuery: readonly string[];
  /**
   * The headers by lower-case name. If one is repeated, its last value; for `authorization`, all values
   * joined as one (RFC 9110 §5.3).
   */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The body as it was sent. */
  readonly body: Buffer;
  /** API Gateway's id of this request. */
  readonly requestId: string;
  /** The source address of the connection. */
  readonly sourceIp: string;
}

/** A response of a function. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Forbids all caches on the way to store a Lambda's response. */
const neverStored = { 'cache-control': 'no-store' };

/**
 * Has browsers use TLS alone for two years (RFC 6797). It holds for our own host, which serves nothing without
 * TLS, and not for hosts below it, which may be somebody else's.
 */
const strictTransport = { 'strict-transport-security': 'max-age=63072000' };

/** Builds a JSON response. */
export function jsonResponse(
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  return {
    status,
    headers: { 'content-type': 'application/json', ...neverStored, ...headers },
    body: JSON.stringify(body),
  };
}

/** Builds a problem response (RFC 9457). */
export function problemResponse(
  problem: Problem,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  return {
    status: problem.status,
    headers: { 'content-type': 'application/problem+json', ...neverStored, ...headers },
    body: JSON.stringify(problemBody(problem)),
  };
}

/** The responses to unexpected failures. They tell the caller only whether it is worth trying again. */
export interface FailureResponses {
  /** Another service failed, so the caller may try again later. */
  unavailable(request: HttpRequest): HttpResponse;
  /** The fault is our own. */
  defect(request: HttpRequest): HttpResponse;
}

export const problemFailures: FailureResponses = {
  unavailable: () =>
    problemResponse(
      {
        status: 503,
        code: 'try_again_later',
        title: 'A service that is needed for this does not answer. Nothing is lost; try again later.',
      },
      { 'retry-after': '30' },
    ),
  defect: () =>
    problemResponse({ status: 500, code: 'internal_error', title: 'Something went wrong on our side.' }),
};

/** Builds the response to a method that a path does not take (RFC 9110 §15.5.6). */
export const methodNotAllowed = (allow: string): HttpResponse =>
  problemResponse({ status: 405, code: 'method_not_allowed', title: `This path takes ${allow}.` }, { allow });

/**
 * Creates a Lambda function behind a REST API (proxy integration). Where a path takes HEAD, it is answered as GET
 * is: API Gateway leaves out the body, and takes the length of the content from it.
 */
export function httpLambda(
  name: string,
  answer: (request: HttpRequest, log: Log) => Promise<HttpResponse>,
  failures: FailureResponses = problemFailures,
  refuseMethod: (allow: string) => HttpResponse = methodNotAllowed,
): (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult> {
  const log = createLog(name);
  const throwOutOfTime = (): never => {
    throw new Unavailable({ service: 'sallyport', operation: name, detail: 'out of time' });
  };
  // Answers just before Lambda would end the function without an answer, because another service is slow.
  return middy<APIGatewayProxyEvent, APIGatewayProxyResult>({
    timeoutEarlyInMillis: 100,
    timeoutEarlyResponse: throwOutOfTime,
  })
    .use(httpErrors(log, failures))
    .handler(async (event) => {
      const request = requestOf(event);
      const allow = refusedMethodAllows(request.resource, request.method);
      const asked = request.method === 'HEAD' ? { ...request, method: 'GET' } : request;
      const response = allow === undefined ? await answer(asked, log) : refuseMethod(allow);
      log.info('request_answered', { requestId: request.requestId, status: response.status });
      return resultOf(response);
    });
}

const httpErrors = (
  log: Log,
  failures: FailureResponses,
): middy.MiddlewareObj<APIGatewayProxyEvent, APIGatewayProxyResult> => ({
  onError: (middyRequest) => {
    const { error, event } = middyRequest;
    const request = requestOf(event);
    if (error instanceof StepError) {
      log.warn('vendor_failed', {
        requestId: request.requestId,
        error: error.name,
        vendor: error.service,
        operation: error.operation,
        detail: error.detail,
      });
      middyRequest.response = resultOf(failures.unavailable(request));
      return;
    }
    log.error('defect', { requestId: request.requestId, ...describeDefect(error) });
    middyRequest.response = resultOf(failures.defect(request));
  },
});

function requestOf({
  httpMethod,
  resource,
  pathParameters,
  queryStringParameters,
  multiValueQueryStringParameters,
  headers,
  multiValueHeaders,
  body,
  isBase64Encoded,
  requestContext,
}: APIGatewayProxyEvent): HttpRequest {
  return {
    method: httpMethod,
    resource,
    pathParameters: pathParameters ?? {},
    query: queryStringParameters ?? {},
    repeatedQuery: Object.entries(multiValueQueryStringParameters ?? {}).flatMap(([name, values = []]) =>
      values.length > 1 ? [name] : [],
    ),
    headers: {
      ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
      ...authorizationIn(multiValueHeaders),
    },
    body: Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8'),
    requestId: requestContext.requestId,
    sourceIp: requestContext.identity.sourceIp,
  };
}

/**
 * Joins repeated `authorization` headers. The joined value is never valid, so a caller with several
 * identities has none.
 */
function authorizationIn(
  headers: APIGatewayProxyEvent['multiValueHeaders'],
): Readonly<Record<string, string>> {
  const values = Object.entries(headers).flatMap(([name, each = []]) =>
    name.toLowerCase() === 'authorization' ? each : [],
  );
  return values.length === 0 ? {} : { authorization: values.join(', ') };
}

const resultOf = ({ status, headers, body }: HttpResponse): APIGatewayProxyResult => ({
  statusCode: status,
  headers: { ...strictTransport, ...headers },
  body,
});
