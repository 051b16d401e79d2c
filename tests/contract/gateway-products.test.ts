import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { GatewayResponses } from '../../local/gateway/gateway-response.ts';
import type { GatewayRoute } from '../../local/gateway/route.ts';
import type { UsagePlan } from '../../local/gateway/usage.ts';
import { addedByTheGateway, startGateway, type TestGateway } from '../support/gateway.ts';
import { type RawAnswer, rawRequest } from '../support/raw-request.ts';

const responses: GatewayResponses = {
  UNAUTHORIZED: {
    status: 401,
    headers: {
      'Content-Type': "'application/problem+json'",
      'WWW-Authenticate': '\'Bearer realm="sallyport"\'',
      'X-Request': 'context.requestId',
    },
    template: '{"title":"Unauthorized","requestId":"$context.requestId"}',
  },
  ACCESS_DENIED: {
    status: 403,
    headers: { 'Content-Type': "'application/problem+json'" },
    template:
      '{"title":$context.error.messageString,"code":"$context.authorizer.denyCode","for":"$context.authorizer.company","none":"$context.authorizer.none"}',
  },
  DEFAULT_5XX: { headers: {}, template: '{"code":"internal","type":"$context.error.responseType"}' },
};

interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly string[];
  readonly body: string;
}

let backend: Server;
let backendUrl: string;
let received: Received[];
let calls: { readonly authorization: string; readonly event: unknown }[];
let plans: Record<string, UsagePlan>;
let gateway: TestGateway;

const arn = (suffix: string): string => `arn:aws:execute-api:eu-west-1:000000000000:sallyport1/dev/${suffix}`;
const allow = (...Resource: string[]) => ({ Effect: 'Allow', Action: 'execute-api:Invoke', Resource });
const deny = (...Resource: string[]) => ({ Effect: 'Deny', Action: 'execute-api:Invoke', Resource });
const answerOf = (...Statement: unknown[]) => ({
  principalId: 'client-1',
  policyDocument: { Version: '2012-10-17', Statement },
  context: {
    clientId: 'client-1',
    partnerId: 'partner-1',
    denyCode: 'missing_scope',
    company: 'Ä "quoted" \\ name',
  },
  usageIdentifierKey: 'key-1',
});
const reads = allow(arn('GET/apis/credit-reports/reports'), arn('GET/apis/credit-reports/reports/*'));

/** What the authorizer answers, by Authorization header. */
const decisions: Record<string, unknown> = {
  'Bearer reader': answerOf(reads),
  'Bearer everything': answerOf(allow('*')),
  'Bearer wildcards': answerOf(allow('arn:aws:execute-api:*:*:*/d?v/GET/apis/*')),
  'Bearer other-api': answerOf(allow('arn:aws:execute-api:eu-west-1:000000000000:another/dev/*')),
  'Bearer denied-one': answerOf(allow('*'), deny(arn('GET/apis/credit-reports/reports/secret'))),
  'Bearer other-action': answerOf({ ...reads, Action: 'execute-api:ManageConnections' }),
  'Bearer any-action': answerOf({ ...reads, Action: ['s3:*', 'execute-api:*'] }),
  'Bearer nothing': answerOf(),
  'Bearer no-plan': { ...answerOf(reads), usageIdentifierKey: 'key-2' },
  'Bearer no-key': { ...answerOf(reads), usageIdentifierKey: undefined },
  'Bearer ending': answerOf({
    ...reads,
    Condition: { DateLessThan: { 'aws:CurrentTime': new Date(Date.now() + 200_000).toISOString() } },
  }),
  'Bearer conditional': answerOf({ ...reads, Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } }),
  'Bearer nested-context': { ...answerOf(reads), context: { list: ['a'] } },
  'Bearer huge': { ...answerOf(reads), context: { filler: 'x'.repeat(8 * 1024) } },
  'Bearer silent': undefined,
};

const get = (
  path: string,
  authorization: string,
  headers: readonly [string, string][] = [],
): Promise<RawAnswer> =>
  rawRequest(gateway.url, { path, headers: [['Authorization', authorization], ...headers] });

beforeAll(async () => {
  backend = createServer((incoming, outgoing) => {
    let body = '';
    incoming
      .setEncoding('utf8')
      .on('data', (chunk: string) => {
        body += chunk;
      })
      .on('end', () => {
        received.push({
          method: incoming.method ?? '',
          url: incoming.url ?? '',
          headers: incoming.rawHeaders,
          body,
        });
        if (incoming.url === '/reports/hang') return;
        if (incoming.url === '/reports/break') {
          outgoing.destroy();
          return;
        }
        if (incoming.url === '/reports/huge') {
          outgoing.end(Buffer.alloc(10 * 1024 * 1024 + 1));
          return;
        }
        outgoing.writeHead(
          incoming.url === '/reports/teapot' ? 418 : 200,
          [
            ['Content-Type', 'text/plain'],
            ['Set-Cookie', 'a=1'],
            ['Set-Cookie', 'b=2'],
            ['Connection', 'keep-alive, X-Hop'],
            ['X-Hop', 'dropped'],
            ['x-amzn-requestid', 'not this'],
            ['Location', '/elsewhere'],
            ...(incoming.url === '/reports/own-headers'
              ? [
                  ['Server', 'theirs'],
                  ['Date', 'yesterday'],
                  ['WWW-Authenticate', 'Bearer'],
                  ['Content-Length', '16'],
                ]
              : []),
          ].flat(),
        );
        outgoing.end('from the backend');
      });
  });
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
  const address = backend.address();
  if (address === null || typeof address === 'string') throw new Error('the backend has no port');
  backendUrl = `http://127.0.0.1:${address.port}`;
});
afterAll(
  () =>
    new Promise((resolve) => {
      backend.close(resolve);
      backend.closeAllConnections();
    }),
);

beforeEach(async () => {
  received = [];
  calls = [];
  plans = { 'key-1': { planId: 'standard', keyId: 'id-1' } };
  const product = (method: string, path: string, timeoutMillis = 29_000): GatewayRoute => ({
    method,
    resource: `/apis/credit-reports${path}`,
    protected: true,
    integration: {
      kind: 'http',
      uri: `${backendUrl}${path}`,
      headers: {
        'X-Sallyport-Partner-Id': 'context.authorizer.partnerId',
        'X-Sallyport-Client-Id': 'context.authorizer.clientId',
        'X-Sallyport-Request-Id': 'context.requestId',
        'X-Sallyport-Absent': 'context.authorizer.absent',
      },
      timeoutMillis,
    },
  });
  gateway = await startGateway({
    routes: [
      product('GET', '/reports'),
      product('POST', '/reports'),
      product('GET', '/reports/{id}'),
      product('GET', '/reports/hang', 30),
      {
        ...product('GET', '/gone'),
        integration: { kind: 'http', uri: 'http://127.0.0.1:1/gone', headers: {}, timeoutMillis: 29_000 },
      },
    ],
    functions: {
      authorizer: (event) => {
        const { headers } = event as { headers: Record<string, string> };
        const authorization = headers['Authorization'] ?? '';
        calls.push({ authorization, event });
        if (authorization === 'Bearer bad') throw new Error('Unauthorized');
        if (authorization === 'Bearer broken') throw new RangeError('the table is on fire');
        return decisions[authorization];
      },
    },
    planOf: (key) => plans[key],
    responses,
  });
  return () => gateway.close();
});

describe('WF-10 the authorizer', () => {
  test('is not asked without an Authorization header', async () => {
    const answer = await rawRequest(gateway.url, { path: '/apis/credit-reports/reports' });
    const requestId = answer.headers['x-amzn-requestid'];
    expect(answer).toEqual({
      status: 401,
      headers: {
        'content-type': 'application/problem+json',
        'www-authenticate': 'Bearer realm="sallyport"',
        'x-request': requestId,
        'x-amzn-errortype': 'UnauthorizedException',
        'content-length': '75',
        ...addedByTheGateway,
      },
      body: JSON.stringify({ title: 'Unauthorized', requestId }),
    });
    expect((await get('/apis/credit-reports/reports', '')).status).toBe(401);
    expect(calls).toEqual([]);
    expect(received).toEqual([]);
  });

  test('gets the request without its body', async () => {
    await rawRequest(gateway.url, {
      method: 'POST',
      path: '/apis/credit-reports/reports?a=1',
      body: 'a secret',
      headers: [
        ['Authorization', 'Bearer reader'],
        ['X-Twin-Source-Ip', '203.0.113.10'],
      ],
    });
    expect(calls[0]?.event).toMatchObject({
      type: 'REQUEST',
      methodArn: arn('POST/apis/credit-reports/reports'),
      resource: '/apis/credit-reports/reports',
      path: '/apis/credit-reports/reports',
      httpMethod: 'POST',
      headers: { Authorization: 'Bearer reader' },
      queryStringParameters: { a: '1' },
      pathParameters: {},
      requestContext: { identity: { sourceIp: '203.0.113.10' } },
    });
    expect(JSON.stringify(calls)).not.toContain('a secret');
    expect(JSON.stringify(calls).toLowerCase()).not.toContain('x-twin');
  });

  test('throwing Unauthorized is a 401, throwing anything else a 500 that says nothing', async () => {
    expect(await get('/apis/credit-reports/reports', 'Bearer bad')).toEqual({
      status: 401,
      headers: {
        'www-authenticate': 'Bearer realm="sallyport"',
        'content-type': 'application/problem+json',
        'x-amzn-errortype': 'UnauthorizedException',
        'x-request': expect.any(String) as string,
        'content-length': '75',
        ...addedByTheGateway,
      },
      body: expect.any(String) as string,
    });
    expect(await get('/apis/credit-reports/reports', 'Bearer broken')).toEqual({
      status: 500,
      body: '{"code":"internal","type":"AUTHORIZER_FAILURE"}',
      headers: {
        'content-type': 'application/json',
        'x-amzn-errortype': 'AuthorizerFailureException',
        'content-length': '47',
        ...addedByTheGateway,
      },
    });
    expect(gateway.log.at(-1)).toEqual({
      status: 500,
      refused: 'authorizer ended with RangeError',
      requestId: expect.any(String) as string,
      method: 'GET',
      resourcePath: '/apis/credit-reports/reports',
    });
    expect(received).toEqual([]);
  });

  test.each([
    ['Bearer conditional', 'AUTHORIZER_CONFIGURATION_ERROR'],
    ['Bearer nested-context', 'AUTHORIZER_CONFIGURATION_ERROR'],
    ['Bearer silent', 'AUTHORIZER_CONFIGURATION_ERROR'],
    ['Bearer huge', 'AUTHORIZER_FAILURE'],
  ])('answering what API Gateway refuses is a 500: %s', async (authorization, type) => {
    expect(await get('/apis/credit-reports/reports', authorization)).toEqual({
      status: 500,
      headers: {
        'content-type': 'application/json',
        'x-amzn-errortype':
          type === 'AUTHORIZER_FAILURE' ? 'AuthorizerFailureException' : 'AuthorizerConfigurationException',
        'content-length': expect.any(String) as string,
        ...addedByTheGateway,
      },
      body: JSON.stringify({ code: 'internal', type }),
    });
    expect(received).toEqual([]);
  });

  test.each([
    ['Bearer reader', '/apis/credit-reports/reports/7', 200],
    ['Bearer reader', '/apis/credit-reports/reports', 200],
    ['Bearer everything', '/apis/credit-reports/reports', 200],
    ['Bearer wildcards', '/apis/credit-reports/reports', 200],
    ['Bearer any-action', '/apis/credit-reports/reports', 200],
    ['Bearer other-api', '/apis/credit-reports/reports', 403],
    ['Bearer other-action', '/apis/credit-reports/reports', 403],
    ['Bearer nothing', '/apis/credit-reports/reports', 403],
    ['Bearer denied-one', '/apis/credit-reports/reports/open', 200],
    ['Bearer denied-one', '/apis/credit-reports/reports/secret', 403],
  ])('policy of %s on %s: %i', async (authorization, path, status) => {
    expect((await get(path, authorization)).status).toBe(status);
    expect(received).toHaveLength(status === 200 ? 1 : 0);
  });

  test("a denial is worded with the authorizer's context and stays JSON", async () => {
    const answer = await rawRequest(gateway.url, {
      method: 'POST',
      path: '/apis/credit-reports/reports',
      headers: [['Authorization', 'Bearer reader']],
    });
    expect(answer).toEqual({
      status: 403,
      headers: {
        'content-type': 'application/problem+json',
        'x-amzn-errortype': 'AccessDeniedException',
        'content-length': '121',
        ...addedByTheGateway,
      },
      body: '{"title":"User is not authorized to access this resource","code":"missing_scope","for":"Ä \\"quoted\\" \\\\ name","none":""}',
    });
    expect(JSON.parse(answer.body)).toEqual({
      title: 'User is not authorized to access this resource',
      code: 'missing_scope',
      for: 'Ä "quoted" \\ name',
      none: '',
    });
  });
});

describe("the authorizer's cache", () => {
  test('serves the same token and address on every route until its time is over', async () => {
    await get('/apis/credit-reports/reports', 'Bearer reader');
    await get('/apis/credit-reports/reports/7', 'Bearer reader');
    await rawRequest(gateway.url, {
      method: 'POST',
      path: '/apis/credit-reports/reports',
      headers: [['Authorization', 'Bearer reader']],
    });
    expect(calls).toHaveLength(1);
    await get('/apis/credit-reports/reports', 'Bearer reader', [['X-Twin-Source-Ip', '203.0.113.10']]);
    await get('/apis/credit-reports/reports', 'Bearer everything');
    expect(calls).toHaveLength(3);
    gateway.clock.move(299);
    await get('/apis/credit-reports/reports', 'Bearer reader');
    expect(calls).toHaveLength(3);
    gateway.clock.move(301);
    await get('/apis/credit-reports/reports', 'Bearer reader');
    expect(calls).toHaveLength(4);
  });

  test('keeps an answer that ends no longer than it says', async () => {
    expect((await get('/apis/credit-reports/reports', 'Bearer ending')).status).toBe(200);
    gateway.clock.move(100);
    expect((await get('/apis/credit-reports/reports', 'Bearer ending')).status).toBe(200);
    gateway.clock.move(201);
    expect((await get('/apis/credit-reports/reports', 'Bearer ending')).status).toBe(403);
    expect(calls).toHaveLength(1);
  });

  test('does not keep errors', async () => {
    await get('/apis/credit-reports/reports', 'Bearer bad');
    await get('/apis/credit-reports/reports', 'Bearer bad');
    await get('/apis/credit-reports/reports', 'Bearer broken');
    await get('/apis/credit-reports/reports', 'Bearer broken');
    expect(calls).toHaveLength(4);
  });
});

describe('WF-6 the usage plan', () => {
  test.each(['Bearer no-plan', 'Bearer no-key'])('%s is refused', async (authorization) => {
    expect(await get('/apis/credit-reports/reports', authorization)).toEqual({
      status: 403,
      headers: {
        'content-type': 'application/json',
        'x-amzn-errortype': 'ForbiddenException',
        'content-length': '23',
        ...addedByTheGateway,
      },
      body: '{"message":"Forbidden"}',
    });
    expect(received).toEqual([]);
  });

  test('lets a burst pass, then the rate', async () => {
    plans = { 'key-1': { planId: 'standard', keyId: 'id-1', throttle: { rateLimit: 0.001, burstLimit: 2 } } };
    const statuses = async (): Promise<number[]> => [
      (await get('/apis/credit-reports/reports', 'Bearer reader')).status,
      (await get('/apis/credit-reports/reports', 'Bearer reader')).status,
      (await get('/apis/credit-reports/reports', 'Bearer reader')).status,
    ];
    expect(await statuses()).toEqual([200, 200, 429]);
    gateway.clock.move(1_100);
    expect(await statuses()).toEqual([200, 429, 429]);
    expect(await get('/apis/credit-reports/reports', 'Bearer reader')).toEqual({
      status: 429,
      body: '{"message":"Too Many Requests"}',
      headers: {
        'content-type': 'application/json',
        'x-amzn-errortype': 'TooManyRequestsException',
        'content-length': '31',
        ...addedByTheGateway,
      },
    });
  });

  test.each([
    ['DAY', 1],
    ['WEEK', 7],
    ['MONTH', 31],
  ] as const)('grants its quota once a %s, and refused calls use none of it', async (period, days) => {
    plans = { 'key-1': { planId: 'standard', keyId: 'id-1', quota: { limit: 2, period } } };
    const post = () =>
      rawRequest(gateway.url, {
        method: 'POST',
        path: '/apis/credit-reports/reports',
        headers: [['Authorization', 'Bearer reader']],
      });
    expect((await post()).status).toBe(403);
    expect((await post()).status).toBe(403);
    expect((await get('/apis/credit-reports/reports', 'Bearer reader')).status).toBe(200);
    expect((await get('/apis/credit-reports/reports', 'Bearer reader')).status).toBe(200);
    expect(await get('/apis/credit-reports/reports', 'Bearer reader')).toEqual({
      status: 429,
      headers: {
        'content-type': 'application/json',
        'x-amzn-errortype': 'LimitExceededException',
        'content-length': '28',
        ...addedByTheGateway,
      },
      body: '{"message":"Limit Exceeded"}',
    });
    gateway.clock.move(days * 86_400);
    expect((await get('/apis/credit-reports/reports', 'Bearer reader')).status).toBe(200);
  });
});

describe('the backend', () => {
  test("receives the call with our headers instead of the caller's", async () => {
    const answer = await rawRequest(gateway.url, {
      method: 'POST',
      path: '/apis/credit-reports/reports?a=%2F&b=1&b=2',
      headers: [
        ['Authorization', 'Bearer everything'],
        ['X-Custom', 'kept'],
        ['X-Twin-Source-Ip', '203.0.113.10'],
        ['X-Sallyport-Partner-Id', 'forged'],
        ['x-SALLYPORT-client-id', 'forged'],
        ['X-Sallyport-Request-Id', 'forged'],
        ['Connection', 'close, X-Named'],
        ['X-Named', 'dropped'],
        ['TE', 'trailers'],
        ['Content-Type', 'text/plain'],
        ['Content-Encoding', 'x'],
        ['Content-MD5', 'x'],
        ['Max-Forwards', '3'],
        ['Server', 'x'],
        ['WWW-Authenticate', 'x'],
        ['Via', 'x'],
        ['Proxy-Authenticate', 'x'],
        ['X-Amzn-Apigateway-Api-Id', 'forged'],
        ['X-Amzn-Trace-Id', 'Root=1-a-b'],
        ['Date', 'today'],
        ['Pragma', 'x'],
        ['Range', 'bytes=0-1'],
        ['Referer', 'x'],
        ['Warn', 'x'],
        ['Age', '1'],
      ],
      body: 'the body',
    });
    expect(answer).toEqual({
      status: 200,
      headers: {
        'content-type': 'text/plain',
        'set-cookie': ['a=1', 'b=2'],
        location: '/elsewhere',
        'x-amzn-remapped-connection': 'keep-alive, X-Hop',
        'x-amzn-remapped-date': expect.any(String) as string,
        'x-amzn-remapped-x-amzn-requestid': 'not this',
        'content-length': '16',
        ...addedByTheGateway,
      },
      body: 'from the backend',
    });
    expect(answer.headers).not.toHaveProperty('x-hop');
    const requestId = answer.headers['x-amzn-requestid'];
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(received).toEqual([
      {
        method: 'POST',
        url: '/reports?a=%2F&b=1&b=2',
        headers: [
          'host',
          new URL(backendUrl).host,
          'Authorization',
          'Bearer everything',
          'X-Custom',
          'kept',
          'Content-Type',
          'text/plain',
          'Date',
          'today',
          'Pragma',
          'x',
          'Range',
          'bytes=0-1',
          'Referer',
          'x',
          'Warn',
          'x',
          'Age',
          '1',
          'X-Amzn-Apigateway-Api-Id',
          'sallyport1',
          'X-Amzn-Trace-Id',
          'Root=1-a-b',
          'X-Sallyport-Partner-Id',
          'partner-1',
          'X-Sallyport-Client-Id',
          'client-1',
          'X-Sallyport-Request-Id',
          requestId,
          'content-length',
          '8',
          'Connection',
          'keep-alive',
        ],
        body: 'the body',
      },
    ]);
  });

  // AWS does not say what becomes of the caller's header then. The twin takes the worse case.
  test("receives the caller's header where ours has no value", async () => {
    await get('/apis/credit-reports/reports', 'Bearer reader', [['X-Sallyport-Absent', 'forged']]);
    expect(received[0]?.headers).toContain('forged');
  });

  test('receives path parameters decoded, and made fit for an address again', async () => {
    await get('/apis/credit-reports/reports/a%20%E2%98%95%40%2B%25?x', 'Bearer reader');
    expect(received).toEqual([
      {
        method: 'GET',
        url: '/reports/a%20%E2%98%95@+%25?x',
        body: '',
        headers: [
          'host',
          expect.any(String) as string,
          'Authorization',
          'Bearer reader',
          'X-Amzn-Apigateway-Api-Id',
          'sallyport1',
          'X-Amzn-Trace-Id',
          expect.any(String) as string,
          'X-Sallyport-Partner-Id',
          'partner-1',
          'X-Sallyport-Client-Id',
          'client-1',
          'X-Sallyport-Request-Id',
          expect.any(String) as string,
          'Connection',
          'keep-alive',
        ],
      },
    ]);
  });

  test('is heard under other names where API Gateway has the header for itself', async () => {
    const { headers } = await get('/apis/credit-reports/reports/own-headers', 'Bearer reader');
    expect(headers).toEqual({
      'x-amzn-remapped-server': 'theirs',
      'x-amzn-remapped-date': 'yesterday',
      'x-amzn-remapped-connection': 'keep-alive, X-Hop',
      'x-amzn-remapped-x-amzn-requestid': 'not this',
      'x-amzn-remapped-content-length': '16',
      'x-amzn-remapped-www-authenticate': 'Bearer',
      'content-length': '16',
      'content-type': 'text/plain',
      location: '/elsewhere',
      'set-cookie': ['a=1', 'b=2'],
      ...addedByTheGateway,
    });
    expect(headers).not.toHaveProperty('server');
    expect(headers).not.toHaveProperty('www-authenticate');
    expect(headers['x-amzn-requestid']).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers.date).not.toBe('yesterday');
  });

  test('answers for itself, errors included', async () => {
    expect(await get('/apis/credit-reports/reports/teapot', 'Bearer reader')).toEqual({
      status: 418,
      headers: {
        'content-type': 'text/plain',
        'set-cookie': ['a=1', 'b=2'],
        location: '/elsewhere',
        'x-amzn-remapped-connection': 'keep-alive, X-Hop',
        'x-amzn-remapped-date': expect.any(String) as string,
        'x-amzn-remapped-x-amzn-requestid': 'not this',
        'content-length': '16',
        ...addedByTheGateway,
      },
      body: 'from the backend',
    });
  });

  test.each([
    ['/apis/credit-reports/reports/break', 'INTEGRATION_FAILURE'],
    ['/apis/credit-reports/reports/huge', 'INTEGRATION_FAILURE'],
    ['/apis/credit-reports/gone', 'INTEGRATION_FAILURE'],
    ['/apis/credit-reports/reports/hang', 'INTEGRATION_TIMEOUT'],
  ])('that gives no answer on %s is a 504', async (path, type) => {
    expect(await get(path, 'Bearer everything')).toEqual({
      status: 504,
      headers: {
        'content-type': 'application/json',
        'x-amzn-errortype': 'InternalServerErrorException',
        'content-length': '48',
        ...addedByTheGateway,
      },
      body: JSON.stringify({ code: 'internal', type }),
    });
  });
});
