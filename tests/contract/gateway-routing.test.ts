import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GatewayRoute } from '../../local/gateway/route.ts';
import { addedByTheGateway, startGateway, type TestGateway } from '../support/gateway.ts';
import { rawRequest } from '../support/raw-request.ts';

const route = (method: string, resource: string): GatewayRoute => ({
  method,
  resource,
  protected: false,
  integration: { kind: 'lambda', functionName: `${method} ${resource}`, timeoutMillis: 29_000 },
});

const routes = [
  route('GET', '/apis/credit-reports/reports/{id}'),
  route('GET', '/apis/credit-reports/reports/latest'),
  route('GET', '/apis/credit-reports/reports'),
  route('POST', '/apis/credit-reports/reports'),
  route('GET', '/apis/{product}/reports/{id}/pages/{page}'),
  route('ANY', '/session'),
  route('GET', '/session'),
];

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({
    routes,
    functions: Object.fromEntries(
      routes.map(({ method, resource }) => {
        const name = `${method} ${resource}`;
        return [name, (event: unknown) => ({ statusCode: 200, body: JSON.stringify({ name, event }) })];
      }),
    ),
    responses: {
      MISSING_AUTHENTICATION_TOKEN: {
        status: 404,
        headers: { 'Content-Type': "'application/problem+json'" },
        template: '{"type":"about:blank","title":"Not Found","status":404,"code":"not_found"}',
      },
    },
  });
});
afterAll(() => gateway.close());

// Slashes at both ends and what is percent-encoded: as recorded on AWS. What may come so far is the firewall's affair.
describe('a route exists for exactly its method and path', () => {
  test.each([
    ['GET', '/apis/credit-reports/reports', 'GET /apis/credit-reports/reports', {}],
    ['POST', '/apis/credit-reports/reports?x=1', 'POST /apis/credit-reports/reports', {}],
    ['GET', '/apis/credit-reports/reports/latest', 'GET /apis/credit-reports/reports/latest', {}],
    ['GET', '/apis/credit-reports/reports/7', 'GET /apis/credit-reports/reports/{id}', { id: '7' }],
    [
      'GET',
      '/apis/credit-reports/reports/a%20b%3Fc',
      'GET /apis/credit-reports/reports/{id}',
      { id: 'a%20b%3Fc' },
    ],
    ['GET', '/session', 'GET /session', {}],
    ['DELETE', '/session', 'ANY /session', {}],
    ['GET', '/apis/credit-reports/reports/', 'GET /apis/credit-reports/reports', {}],
    ['GET', '/apis/credit-reports/reports//', 'GET /apis/credit-reports/reports', {}],
    ['GET', '///apis/credit-reports/reports', 'GET /apis/credit-reports/reports', {}],
    ['GET', '/apis/credit-reports/reports/7/', 'GET /apis/credit-reports/reports/{id}', { id: '7' }],
    [
      'GET',
      '/apis/credit-reports/reports/7%2Fadmin',
      'GET /apis/credit-reports/reports/{id}',
      { id: '7%2Fadmin' },
    ],
    ['GET', '/apis/credit-reports/reports/%2e%2E', 'GET /apis/credit-reports/reports/{id}', { id: '%2e%2E' }],
    ['GET', '/apis/credit-reports/reports/7%00', 'GET /apis/credit-reports/reports/{id}', { id: '7%00' }],
    [
      'GET',
      '/apis/other/reports/7/pages/2',
      'GET /apis/{product}/reports/{id}/pages/{page}',
      { product: 'other', id: '7', page: '2' },
    ],
  ])('%s %s', async (method, path, name, pathParameters) => {
    const { status, body } = await rawRequest(gateway.url, { method, path });
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({
      name,
      event: { pathParameters: Object.keys(pathParameters).length === 0 ? null : pathParameters },
    });
  });

  test.each([
    ['GET', '/'],
    ['GET', '/apis/credit-reports'],
    ['GET', '/apis/credit-reports/reports/7/admin'],
    ['DELETE', '/apis/credit-reports/reports'],
    ['HEAD', '/apis/credit-reports/reports'],
    ['OPTIONS', '/apis/credit-reports/reports'],
    ['GET', '/apis//credit-reports/reports'],
    ['GET', '/apis/credit-reports/x/../reports'],
    ['GET', '/apis/credit%2Dreports/reports'],
    ['GET', '/APIS/credit-reports/reports'],
    ['PROPFIND', '/session'],
    ['GET', 'http://127.0.0.1/apis/credit-reports/reports'],
    ['GET', '/apis/credit-reports/reports//7'],
  ])('%s %s is a 404', async (method, path) => {
    const answer = await rawRequest(gateway.url, { method, path });
    expect(answer).toEqual({
      status: 404,
      headers: {
        'content-type': 'application/problem+json',
        'x-amzn-errortype': 'MissingAuthenticationTokenException',
        'content-length': '74',
        ...addedByTheGateway,
      },
      body:
        method === 'HEAD' ? '' : '{"type":"about:blank","title":"Not Found","status":404,"code":"not_found"}',
    });
  });
});

test('a bare backslash is no request at all', async () => {
  expect(await rawRequest(gateway.url, { path: '/apis/credit-reports/reports/7\\admin' })).toEqual({
    status: 400,
    body: '',
    headers: { date: expect.any(String) as string, connection: 'close', 'transfer-encoding': 'chunked' },
  });
});

test('the access log holds the resource path, never the path called', async () => {
  const aString: unknown = expect.any(String);
  const secret = 'a-link-nobody-may-read';
  const answer = await rawRequest(gateway.url, {
    path: `/apis/credit-reports/reports/${secret}?code=${secret}`,
  });
  await rawRequest(gateway.url, { path: `/nowhere/${secret}` });
  expect(gateway.log.slice(-2)).toEqual([
    {
      requestId: answer.headers['x-amzn-requestid'],
      method: 'GET',
      resourcePath: '/apis/credit-reports/reports/{id}',
      status: 200,
    },
    {
      requestId: aString,
      method: 'GET',
      resourcePath: undefined,
      status: 404,
      refused: 'MISSING_AUTHENTICATION_TOKEN',
    },
  ]);
});

test('an event names the path with one slash at the beginning, its request context as it was sent', async () => {
  const { body } = await rawRequest(gateway.url, { path: '//apis/credit-reports/reports/7/' });
  expect(JSON.parse(body)).toMatchObject({
    event: {
      path: '/apis/credit-reports/reports/7/',
      requestContext: { path: '//apis/credit-reports/reports/7/' },
    },
  });
});
