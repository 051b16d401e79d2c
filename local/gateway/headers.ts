import type { GatewayRequest } from './request.ts';

export type Header = readonly [name: string, value: string];

// Recorded on AWS by LocalStack's tests (tests/aws/services/apigateway), unless a comment says otherwise.

/** Headers of a caller that no integration and no authorizer receives. */
const droppedFromRequests = [
  'connection',
  'content-length',
  'content-md5',
  'expect',
  'max-forwards',
  'proxy-authenticate',
  'server',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'www-authenticate',
];

/**
 * Headers of a caller that a backend does not receive either. The last three belong to the connection (RFC
 * 9110, section 7.6.1).
 */
export const droppedFromHttpRequests = [
  ...droppedFromRequests,
  'content-encoding',
  'host',
  'via',
  'x-amzn-apigateway-api-id',
  'x-amzn-trace-id',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
];

/** Headers of a backend that the caller does not receive. */
export const droppedFromHttpAnswers = ['transfer-encoding', 'keep-alive', 'proxy-connection'];

/** Headers of a function's answer that are renamed. */
const renamedInLambdaAnswers = ['Connection', 'Content-Length', 'Date', 'Server'];

/**
 * Headers of a backend's answer that are renamed. From `Authorization` on, they were recorded for other
 * integrations and are documented for all.
 */
export const renamedInHttpAnswers = [
  ...renamedInLambdaAnswers,
  'X-Amzn-RequestId',
  'Authorization',
  'Content-MD5',
  'Expect',
  'Host',
  'Max-Forwards',
  'Proxy-Authenticate',
  'TE',
  'Trailer',
  'Upgrade',
  'User-Agent',
  'WWW-Authenticate',
];

/**
 * Returns the headers that an authorizer or a function receives. API Gateway changes the spelling of two
 * names and adds some headers.
 */
export function lambdaRequestHeaders({ headers, sourceIp, traceId }: GatewayRequest): Header[] {
  const forwardedFor = valuesOf(headers, 'x-forwarded-for');
  return [
    ...without(headers, [...droppedFromRequests, ...addedForFunctions]).map(([name, value]): Header => [
      capitals.find((each) => isSame(each, name)) ?? name,
      value,
    ]),
    ['X-Amzn-Trace-Id', traceId],
    ['X-Forwarded-For', [...forwardedFor, sourceIp].join(', ')],
    ['X-Forwarded-Port', '443'],
    ['X-Forwarded-Proto', 'https'],
  ];
}
const capitals = ['Authorization', 'User-Agent'];
const addedForFunctions = ['x-amzn-trace-id', 'x-forwarded-for', 'x-forwarded-port', 'x-forwarded-proto'];

/**
 * Returns the headers that a backend receives: the caller's, API Gateway's own, and the `mapped` ones, each in
 * place of the caller's. A header that is mapped to nothing is not replaced.
 */
export function httpRequestHeaders(
  { headers, traceId }: GatewayRequest,
  apiId: string,
  mapped: readonly Header[],
): Header[] {
  const replaced = mapped.map(([name]) => name);
  return [
    ...without(headers, [...droppedFromHttpRequests, ...namedByConnection(headers), ...replaced]),
    ['X-Amzn-Apigateway-Api-Id', apiId],
    ['X-Amzn-Trace-Id', traceId],
    ...mapped,
  ];
}

/** Returns the headers of a backend's answer that the caller receives. */
export const httpAnswerHeaders = (headers: readonly Header[]): Header[] =>
  renamed(without(headers, [...droppedFromHttpAnswers, ...namedByConnection(headers)]), renamedInHttpAnswers);

/**
 * Returns the headers of a function's answer that the caller receives. Unlike on AWS, `WWW-Authenticate`
 * keeps its name: ADR 27.
 */
export const lambdaAnswerHeaders = (headers: readonly Header[]): Header[] =>
  renamed(headers, renamedInLambdaAnswers);

function without(headers: readonly Header[], names: readonly string[]): Header[] {
  const dropped = new Set(names.map((name) => name.trim().toLowerCase()));
  return headers.filter(([name]) => !dropped.has(name.toLowerCase()));
}

function renamed(headers: readonly Header[], names: readonly string[]): Header[] {
  return headers.map(([name, value]) => {
    const known = names.find((each) => isSame(each, name));
    return known === undefined ? [name, value] : [`x-amzn-Remapped-${known}`, value];
  });
}

/**
 * Returns the headers that `Connection` marks as specific to this connection. `Connection` itself is renamed
 * or dropped.
 */
const namedByConnection = (headers: readonly Header[]): string[] =>
  valuesOf(headers, 'connection')
    .flatMap((value) => value.split(','))
    .filter((name) => !isSame(name.trim(), 'keep-alive'));

const valuesOf = (headers: readonly Header[], wanted: string): string[] =>
  headers.filter(([name]) => isSame(name, wanted)).map(([, value]) => value);

const isSame = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();
