import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import { afterAll, describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { Throttled } from '../../core/errors.ts';
import {
  httpLambda,
  type HttpRequest,
  type HttpResponse,
  jsonResponse,
} from '../../middleware/http-lambda.ts';

vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT');
afterAll(() => vi.unstubAllEnvs());

const context = (millisecondsLeft: number): Context =>
  z
    .custom<Context>()
    .parse({ awsRequestId: 'invocation-1', getRemainingTimeInMillis: () => millisecondsLeft });
const event = z.custom<APIGatewayProxyEvent>().parse({
  httpMethod: 'POST',
  resource: '/things/{token}',
  pathParameters: { token: 't' },
  headers: {
    'Content-Type': 'text/plain',
    Accept: '*/*',
    Authorization: 'Basic b',
    authorization: 'Basic c',
  },
  body: 'w6Q=',
  isBase64Encoded: true,
  multiValueHeaders: {
    'Content-Type': ['text/plain'],
    Accept: ['text/html', '*/*'],
    Authorization: ['Basic a', 'Basic b'],
    authorization: ['Basic c'],
  },
  queryStringParameters: { once: 'a', twice: 'c' },
  multiValueQueryStringParameters: { once: ['a'], twice: ['b', 'c'] },
  requestContext: { requestId: 'request-1', identity: { sourceIp: '203.0.113.10' } },
});
const answered = (answer: (request: HttpRequest) => Promise<HttpResponse>, millisecondsLeft = 10_000) =>
  httpLambda('a-function', answer)(event, context(millisecondsLeft));

const strictTransport = { 'strict-transport-security': 'max-age=63072000' };
const tryAgain = {
  statusCode: 503,
  headers: {
    ...strictTransport,
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'retry-after': '30',
  },
  body: JSON.stringify({
    type: 'about:blank',
    title: 'A service that is needed for this does not answer. Nothing is lost; try again later.',
    status: 503,
    code: 'try_again_later',
  }),
};

describe('a function behind the gateway', () => {
  test('reads the request as it was sent, and says what it answers', async () => {
    const seen: HttpRequest[] = [];
    expect(
      await answered((request) => {
        seen.push(request);
        return Promise.resolve(jsonResponse(202, { ok: true }, { 'x-more': '1' }));
      }),
    ).toEqual({
      statusCode: 202,
      headers: {
        ...strictTransport,
        'content-type': 'application/json',
        'cache-control': 'no-store',
        'x-more': '1',
      },
      body: '{"ok":true}',
    });
    expect(seen).toEqual([
      {
        method: 'POST',
        resource: '/things/{token}',
        pathParameters: { token: 't' },
        query: { once: 'a', twice: 'c' },
        repeatedQuery: ['twice'],
        headers: { 'content-type': 'text/plain', accept: '*/*', authorization: 'Basic a, Basic b, Basic c' },
        body: Buffer.from('ä'),
        requestId: 'request-1',
        sourceIp: '203.0.113.10',
      },
    ]);
  });

  test('refuses a method that its path does not take, and does not begin', async () => {
    const refused = async (resource: string, httpMethod: string) => {
      const asked = vi.fn(() => Promise.resolve(jsonResponse(200, {})));
      const answer = await httpLambda('a-function', asked)(
        { ...event, resource, httpMethod },
        context(10_000),
      );
      return [answer.statusCode, answer.headers?.['allow'], asked.mock.calls.length];
    };
    expect(await refused('/oauth2/token', 'GET')).toEqual([405, 'POST', 0]);
    expect(await refused('/credentials/{token}', 'PUT')).toEqual([405, 'GET, HEAD, POST', 0]);
    // A scanner would use up the token in the address.
    expect(await refused('/session', 'HEAD')).toEqual([405, 'GET, POST', 0]);
    expect(await refused('/oauth2/token', 'POST')).toEqual([200, undefined, 1]);
    // An API that describes its operations says so itself.
    expect(await refused('/operator/partners', 'PATCH')).toEqual([200, undefined, 1]);
  });

  test('answers HEAD as GET, since API Gateway leaves out the body', async () => {
    const methods: string[] = [];
    const answerWithMethod = httpLambda('a-function', async ({ method }) => {
      methods.push(method);
      return Promise.resolve(jsonResponse(200, { whole: true }));
    });
    for (const resource of ['/docs', '/credentials/{token}', '/apis/p/openapi.json', '/operator/partners']) {
      const of = async (httpMethod: string) =>
        answerWithMethod({ ...event, resource, httpMethod }, context(10_000));
      expect(await of('HEAD'), resource).toEqual(await of('GET'));
    }
    expect(new Set(methods)).toEqual(new Set(['GET']));
  });

  // Failure F-12
  test('asks for patience where a vendor fails, and where it runs out of time waiting for one', async () => {
    expect(
      await answered(() =>
        Promise.reject(new Throttled({ service: 'okta', operation: 'GetUser', detail: 'HTTP 429' })),
      ),
    ).toEqual(tryAgain);
    expect(await answered(() => new Promise(() => undefined), 110)).toEqual(tryAgain);
  });

  test('tells nothing of a fault of its own', async () => {
    expect(await answered(() => Promise.reject(new TypeError('dana.li is no function')))).toEqual({
      statusCode: 500,
      headers: {
        ...strictTransport,
        'content-type': 'application/problem+json',
        'cache-control': 'no-store',
      },
      body: JSON.stringify({
        type: 'about:blank',
        title: 'Something went wrong on our side.',
        status: 500,
        code: 'internal_error',
      }),
    });
  });
});
