import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GatewayRoute } from '../../local/gateway/route.ts';
import { addedByTheGateway, startGateway, type TestGateway } from '../support/gateway.ts';
import { rawRequest } from '../support/raw-request.ts';

const route = (method: string, resource: string, functionName: string): GatewayRoute => ({
  method,
  resource,
  protected: false,
  integration: { kind: 'lambda', functionName, timeoutMillis: functionName === 'slow' ? 20 : 29_000 },
});

const answers: Record<string, unknown> = {
  full: {
    statusCode: 201,
    headers: { 'X-One': 'a', 'Set-Cookie': 'a=1', 'X-Count': 3 },
    multiValueHeaders: { 'set-cookie': ['a=1', 'b=2'] },
    body: 'hällo',
  },
  bytes: {
    statusCode: 200,
    headers: { 'Content-Type': 'image/png' },
    body: '3q2+7w==',
    isBase64Encoded: true,
  },
  empty: { statusCode: 204 },
  'no-status': { body: 'x' },
  'no-members': {},
  'status-in-letters': { statusCode: '201' },
  'no-number': { statusCode: 'test' },
  'unknown-member': { statusCode: 200, cookies: ['a=1'] },
  'one-value': { statusCode: 200, multiValueHeaders: { 'X-One': 'a' } },
  renamed: { statusCode: 200, headers: { Date: 'yesterday', Server: 'ours', Connection: 'upgrade' } },
  challenge: { statusCode: 401, headers: { 'WWW-Authenticate': 'Basic' } },
  'object-body': { statusCode: 200, body: { a: 1 } },
  'bad-header': { statusCode: 200, headers: { 'X-Bad': 'a\r\nb' } },
  nothing: undefined,
};

const aNumber: unknown = expect.any(Number);
const logTime: unknown = expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/);
const tomorrow: unknown = expect.toSatisfy((at: number) => at > Date.now() + 86_000_000);
const reason: unknown = expect.stringMatching(
  /^malformed Lambda proxy response: |^fails ended with TypeError$/,
);

let gateway: TestGateway;
/** Of an API without binary media types. */
let textGateway: TestGateway;
beforeAll(async () => {
  const parts = {
    routes: [
      route('POST', '/echo/{id}', 'echo'),
      route('GET', '/echo', 'echo'),
      route('GET', '/fails', 'fails'),
      route('GET', '/slow', 'slow'),
      ...Object.keys(answers).map((name) => route('GET', `/${name}`, name)),
    ],
    functions: {
      echo: (event: unknown) => ({ statusCode: 200, body: JSON.stringify(event) }),
      fails: () => {
        throw new TypeError('the password is hunter2');
      },
      slow: () => new Promise(() => undefined),
      ...Object.fromEntries(Object.entries(answers).map(([name, answer]) => [name, () => answer])),
    },
  };
  gateway = await startGateway(parts);
  textGateway = await startGateway({ ...parts, binaryMediaTypes: [] });
});
afterAll(async () => {
  await gateway.close();
  await textGateway.close();
});

describe('the Lambda proxy event', () => {
  test('carries the request as it came', async () => {
    const answer = await rawRequest(gateway.url, {
      method: 'POST',
      path: '/echo/a%20b?one=1&two=2&two=3&sp=a+b%21',
      headers: [
        ['Content-Type', 'application/json'],
        ['X-Twin-Source-IP', '2001:db8::7'],
        ['User-Agent', 'a partner'],
        ['X-Many', 'first'],
        ['x-MANY', 'second'],
        ['authorization', 'Bearer a'],
        ['X-Forwarded-For', '198.51.100.1'],
        ['Via', '1.1 proxy'],
        ['TE', 'trailers'],
        ['Max-Forwards', '3'],
        ['Content-MD5', 'x'],
        ['WWW-Authenticate', 'x'],
        ['Server', 'x'],
        ['X-Amzn-Trace-Id', 'Root=1-a-b'],
      ],
      body: '{"name":"Žofie 🦊"}',
    });
    const { host } = new URL(gateway.url);
    const requestId = answer.headers['x-amzn-requestid'];
    const added = {
      'X-Amzn-Trace-Id': 'Root=1-a-b',
      'X-Forwarded-For': '198.51.100.1, 2001:db8::7',
      'X-Forwarded-Port': '443',
      'X-Forwarded-Proto': 'https',
    };
    expect(answer.headers).toEqual({
      'x-amzn-trace-id': 'Root=1-a-b',
      'x-amz-apigw-id': requestId,
      'content-type': 'application/json',
      'x-amzn-requestid': expect.any(String) as string,
      'content-length': '1677',
      date: expect.any(String) as string,
      connection: 'close',
    });
    expect(JSON.parse(answer.body)).toEqual({
      resource: '/echo/{id}',
      path: '/echo/a%20b',
      httpMethod: 'POST',
      headers: {
        Host: host,
        'Content-Type': 'application/json',
        'User-Agent': 'a partner',
        'X-Many': 'second',
        Authorization: 'Bearer a',
        Via: '1.1 proxy',
        ...added,
      },
      multiValueHeaders: {
        Host: [host],
        'Content-Type': ['application/json'],
        'User-Agent': ['a partner'],
        'X-Many': ['first', 'second'],
        Authorization: ['Bearer a'],
        Via: ['1.1 proxy'],
        ...Object.fromEntries(Object.entries(added).map(([name, value]) => [name, [value]])),
      },
      queryStringParameters: { one: '1', two: '3', sp: 'a b!' },
      multiValueQueryStringParameters: { one: ['1'], two: ['2', '3'], sp: ['a b!'] },
      pathParameters: { id: 'a%20b' },
      stageVariables: null,
      requestContext: {
        accountId: '000000000000',
        apiId: 'sallyport1',
        domainName: host,
        extendedRequestId: requestId,
        httpMethod: 'POST',
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
          sourceIp: '2001:db8::7',
          user: null,
          userAgent: 'a partner',
          userArn: null,
        },
        path: '/echo/a%20b',
        protocol: 'HTTP/1.1',
        requestId,
        requestTime: logTime,
        requestTimeEpoch: aNumber,
        resourceId: 'twin',
        resourcePath: '/echo/{id}',
        stage: 'dev',
      },
      body: Buffer.from('{"name":"Žofie 🦊"}').toString('base64'),
      isBase64Encoded: true,
    });
  });

  test('has nulls where there is nothing', async () => {
    const answer = await rawRequest(gateway.url, { path: '/echo' });
    expect(JSON.parse(answer.body)).toMatchObject({
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      pathParameters: null,
      body: null,
      isBase64Encoded: false,
      requestContext: { identity: { sourceIp: '127.0.0.1', userAgent: null } },
    });
  });

  test('has every byte of a body, in base64', async () => {
    const body = Buffer.from([0xff, 0x00, 0xfe]);
    const answer = await rawRequest(gateway.url, { method: 'POST', path: '/echo/1', body });
    expect(JSON.parse(answer.body)).toMatchObject({ body: '/wD+', isBase64Encoded: true });
  });

  test('of an API without binary media types has text, and what is none is lost', async () => {
    const bodyOf = async (body: string | Buffer): Promise<unknown> =>
      JSON.parse((await rawRequest(textGateway.url, { method: 'POST', path: '/echo/1', body })).body);
    expect(await bodyOf(Buffer.from([0xff, 0x00, 0xfe]))).toMatchObject({
      body: '\uFFFD\u0000\uFFFD',
      isBase64Encoded: false,
    });
    // A signature covers it.
    expect(await bodyOf('\uFEFF{"name":"Žofie"}')).toMatchObject({
      body: '\uFEFF{"name":"Žofie"}',
      isBase64Encoded: false,
    });
  });

  test('follows the moved clock', async () => {
    gateway.clock.move(86_400);
    const answer = await rawRequest(gateway.url, { path: '/echo' });
    gateway.clock.move(0);
    const event: unknown = JSON.parse(answer.body);
    expect(event).toMatchObject({ requestContext: { requestTimeEpoch: tomorrow } });
  });
});

describe('the Lambda proxy result', () => {
  test('becomes the response, headers merged', async () => {
    const answer = await rawRequest(gateway.url, { path: '/full' });
    expect(answer).toEqual({
      status: 201,
      headers: {
        'x-one': 'a',
        'x-count': '3',
        'set-cookie': ['a=1', 'b=2'],
        'content-type': 'application/json',
        'x-amzn-trace-id': expect.any(String) as string,
        'content-length': '6',
        ...addedByTheGateway,
      },
      body: 'hällo',
    });
  });

  test('may be bytes', async () => {
    const answer = await fetch(`${gateway.url}/bytes`);
    expect(answer.headers.get('content-type')).toBe('image/png');
    expect(Buffer.from(await answer.arrayBuffer()).toString('hex')).toBe('deadbeef');
  });

  test('of an API without binary media types is not decoded', async () => {
    expect(await rawRequest(textGateway.url, { path: '/bytes' })).toEqual({
      status: 200,
      headers: {
        'content-type': 'image/png',
        'x-amzn-trace-id': expect.any(String) as string,
        'content-length': '8',
        ...addedByTheGateway,
      },
      body: '3q2+7w==',
    });
  });

  test.each([
    ['no-status', 200, 'x'],
    ['no-members', 200, ''],
    ['status-in-letters', 201, ''],
  ])('%s is a %i', async (name, status, body) => {
    expect(await rawRequest(gateway.url, { path: `/${name}` })).toEqual({
      status,
      headers: {
        'content-type': 'application/json',
        'x-amzn-trace-id': expect.any(String) as string,
        'content-length': String(body.length),
        ...addedByTheGateway,
      },
      body,
    });
  });

  test('has the names changed that API Gateway keeps for itself', async () => {
    const { headers } = await rawRequest(gateway.url, { path: '/renamed' });
    expect(headers).toEqual({
      'x-amzn-remapped-date': 'yesterday',
      'x-amzn-remapped-server': 'ours',
      'x-amzn-remapped-connection': 'upgrade',
      'content-type': 'application/json',
      'x-amzn-trace-id': expect.any(String) as string,
      'content-length': '0',
      ...addedByTheGateway,
    });
    expect(headers.date).not.toBe('yesterday');
    expect(headers).not.toHaveProperty('server');
  });

  test("keeps the challenge's name, unlike on AWS (ADR 27)", async () => {
    expect((await rawRequest(gateway.url, { path: '/challenge' })).headers).toEqual({
      'www-authenticate': 'Basic',
      'content-type': 'application/json',
      'x-amzn-trace-id': expect.any(String) as string,
      'content-length': '0',
      ...addedByTheGateway,
    });
  });

  test('may be empty', async () => {
    expect(await rawRequest(gateway.url, { path: '/empty' })).toEqual({
      status: 204,
      body: '',
      headers: {
        'content-type': 'application/json',
        'x-amzn-trace-id': expect.any(String) as string,
        ...addedByTheGateway,
      },
    });
  });

  test.each(['unknown-member', 'no-number', 'one-value', 'object-body', 'bad-header', 'nothing', 'fails'])(
    '%s is a 502 that says nothing',
    async (name) => {
      const answer = await rawRequest(gateway.url, { path: `/${name}` });
      expect(answer).toEqual({
        status: 502,
        headers: {
          'content-type': 'application/json',
          'x-amzn-errortype': 'InternalServerErrorException',
          'content-length': '35',
          ...addedByTheGateway,
        },
        body: '{"message":"Internal server error"}',
      });
      expect(gateway.log.at(-1)).toEqual({
        status: 502,
        refused: reason,
        requestId: answer.headers['x-amzn-requestid'],
        method: 'GET',
        resourcePath: `/${name}`,
      });
    },
  );

  test('that does not come in time is a 504', async () => {
    expect(await rawRequest(gateway.url, { path: '/slow' })).toEqual({
      status: 504,
      body: '{"message":"Endpoint request timed out"}',
      headers: {
        'content-type': 'application/json',
        'x-amzn-errortype': 'InternalServerErrorException',
        'content-length': '40',
        ...addedByTheGateway,
      },
    });
  });
});

describe('limits', () => {
  test('10 MB pass, a byte more is a 413', async () => {
    const limit = 10 * 1024 * 1024;
    const within = await rawRequest(gateway.url, {
      method: 'POST',
      path: '/echo/1',
      body: Buffer.alloc(limit, 'a'),
    });
    expect(within.status).toBe(200);
    const over = await rawRequest(gateway.url, {
      method: 'POST',
      path: '/echo/1',
      body: Buffer.alloc(limit + 1, 'a'),
    });
    expect(over).toEqual({
      status: 413,
      body: '{"message":"Request Too Long"}',
      headers: {
        'content-type': 'application/json',
        'x-amzn-errortype': 'RequestTooLargeException',
        'content-length': '30',
        ...addedByTheGateway,
      },
    });
  });

  test('a source address that is none is a 400', async () => {
    const answer = await rawRequest(gateway.url, {
      path: '/echo',
      headers: [['X-Twin-Source-Ip', '10.0.0.0/8']],
    });
    expect(answer).toEqual({
      status: 400,
      body: 'X-Twin-Source-Ip must be one IPv4 or IPv6 address',
      headers: {
        'content-type': 'text/plain;charset=UTF-8',
        'content-length': '49',
        date: expect.any(String) as string,
        connection: 'close',
      },
    });
  });
});
