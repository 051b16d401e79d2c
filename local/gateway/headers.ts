import type { GatewayRequest } from './request.ts';

export type Header = readonly [name: string, value: string];

// Recorded on AWS by LocalStack's tests (tests/aws/services/apigateway), but for what is marked otherwise.

/** No integration and no authorizer ever sees these of a caller's. */
const droppedFromRequests = [
  'connection', 'content-length', 'content-md5', 'expect', 'max-forwards', 'proxy-authenticate', 'server', 'te',
  'trailer', 'transfer-encoding', 'upgrade', 'www-authenticate',
];

/** Nor does a backend see these. The last three belong to the connection (RFC 9110, section 7.6.1). */
const droppedFromHttpRequests = [
  ...droppedFromRequests, 'content-encoding', 'host', 'via', 'x-amzn-apigateway-api-id', 'x-amzn-trace-id',
  'keep-alive', 'proxy-authorization', 'proxy-connection',
];

/** No caller sees these of a backend's. */
const droppedFromHttpAnswers = ['transfer-encoding', 'keep-alive', 'proxy-connection'];

/** Of a function's answer. */
const renamedInLambdaAnswers = ['Connection', 'Content-Length', 'Date', 'Server'];

/** Of a backend's answer. From `Authorization` on they are recorded for other integrations, and documented for all. */
const renamedInHttpAnswers = [
  ...renamedInLambdaAnswers, 'X-Amzn-RequestId', 'Authorization', 'Content-MD5', 'Expect', 'Host', 'Max-Forwards',
  'Proxy-Authenticate', 'TE', 'Trailer', 'Upgrade', 'User-Agent', 'WWW-Authenticate',
];

/** What an authorizer or a function sees: two names in the spelling that API Gateway gives them, and what it adds. */
export function lambdaRequestHeaders({ headers, sourceIp, traceId }: GatewayRequest): Header[] {
  const forwardedFor = headers.filter(([name]) => name.toLowerCase() === 'x-forwarded-for').map(([, value]) => value);
  return [
    ...without(headers, [...droppedFromRequests, 'x-amzn-trace-id', 'x-forwarded-for', 'x-forwarded-port', 'x-forwarded-proto'])
      .map(([name, value]): Header => [capitals.find((each) => each.toLowerCase() === name.toLowerCase()) ?? name, value]),
    ['X-Amzn-Trace-Id', traceId],
    ['X-Forwarded-For', [...forwardedFor, sourceIp].join(', ')],
    ['X-Forwarded-Port', '443'],
    ['X-Forwarded-Proto', 'https'],
  ];
}
const capitals = ['Authorization', 'User-Agent'];

/** What a backend sees of the caller's headers, but for those that are replaced; what API Gateway adds, and `mapped`. */
export function httpRequestHeaders(
  { headers, traceId }: GatewayRequest, apiId: string, mapped: readonly Header[], replaced: readonly string[],
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
export const lambdaAnswerHeaders = (headers: readonly Header[]): Header[] => renamed(headers, renamedInLambdaAnswers);

function without(headers: readonly Header[], names: readonly string[]): Header[] {
  const dropped = new Set(names.map((name) => name.trim().toLowerCase()));
  return headers.filter(([name]) => !dropped.has(name.toLowerCase()));
}

const renamed = (headers: readonly Header[], names: readonly string[]): Header[] => headers.map(([name, value]) => {
  const known = names.find((each) => each.toLowerCase() === name.toLowerCase());
  return known === undefined ? [name, value] : [`x-amzn-Remapped-${known}`, value];
});

/** Headers that `Connection` says are for this connection only. Itself it is renamed or dropped. */
const namedByConnection = (headers: readonly Header[]): string[] =>
  headers.filter(([name]) => name.toLowerCase() === 'connection').flatMap(([, value]) => value.split(',')).filter((name) => name.trim().toLowerCase() !== 'keep-alive');
