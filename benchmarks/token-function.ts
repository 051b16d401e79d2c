import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { handler } from '../functions/token/handler.ts';
import { announce, listen } from './own-process.ts';

/** Runs the token function behind a minimal gateway, in a process with the function's environment. */
const server = createServer((request, response) => {
  void eventOf(request)
    .then((event) => handler(event, context))
    .then(({ statusCode, headers, body }) => {
      response
        .writeHead(
          statusCode,
          Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)])),
        )
        .end(body);
    })
    .catch((error: unknown) => response.writeHead(500).end(String(error)));
});

const context = { awsRequestId: 'benchmark', getRemainingTimeInMillis: () => 10_000 } as Context;

const eventOf = async (request: IncomingMessage): Promise<APIGatewayProxyEvent> =>
  ({
    resource: '/oauth2/token',
    path: '/oauth2/token',
    httpMethod: 'POST',
    headers: request.headers,
    multiValueHeaders: request.headersDistinct,
    body: await text(request),
    isBase64Encoded: false,
    requestContext: { requestId: 'benchmark', identity: { sourceIp: '203.0.113.10' } },
  }) as APIGatewayProxyEvent;

announce(await listen(server));
