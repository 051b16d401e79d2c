import type { GatewayRequest } from './request.ts';

export type Header = readonly [name: string, value: string];

// Recorded on AWS by LocalStack's tests (tests/aws/services/apigateway), but for what is marked otherwise.

/** No integration and no authorizer ever sees these of a caller's. */
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

/** Nor does a backend see these. The last three belong to the connection (RFC 9110, section 7.6.1). */
const droppedFromHttpRequests = [
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

/** No caller sees these of a backend's. */
const droppedFromHttpAnswers = ['transfer-encoding', 'keep-alive', 'proxy-connection'];

/** Of a function's answer. */
const renamedInLambdaAnswers = ['Connection', 'Content-Length', 'Date', 'Server'];

/** Of a backend's answer. From `Authorization` on: recorded for other integrations, documented for all. */
const renamedInHttpAnswers = [
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

/** What an authorizer or a function sees: API Gateway spells two names its own way, and adds some. */
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

/** What a backend sees: the caller's headers but for those that are replaced, API Gateway's own, and `mapped`. */
export function httpRequestHeaders(
  { headers, traceId }: GatewayRequest,
  apiId: string,
  mapped: readonly Header[],
  replaced: readonly string[],
): Header[] {
  return [
    ...without(headers, [...droppedFromHttpRequests, ...namedByConnection(headers), ...replaced]),
    ['X-Amzn-Apigateway-Api-Id', apiId],
    ['X-Amzn-Trace-Id', traceId],
    ...mapped,
  ];
}

/** What a caller sees of a backend's headers. */
export const httpAnswerHeaders = (headers: readonly Header[]): Header[] =>
  renamed(without(headers, [...droppedFromHttpAnswers, ...namedByConnection(headers)]), renamedInHttpAnswers);

/** What a caller sees of a function's headers. `WWW-Authenticate` keeps its name here, unlike on AWS: ADR 27. */
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

/** Headers that `Connection` says are for this connection only. Itself it is renamed or dropped. */
const namedByConnection = (headers: readonly Header[]): string[] =>
  valuesOf(headers, 'connection')
    .flatMap((value) => value.split(','))
    .filter((name) => !isSame(name.trim(), 'keep-alive'));

const valuesOf = (headers: readonly Header[], wanted: string): string[] =>
  headers.filter(([name]) => isSame(name, wanted)).map(([, value]) => value);

const isSame = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();
