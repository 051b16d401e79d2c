import { createServer, type Server } from 'node:http';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GatewayRoute } from '../../local/gateway/route.ts';
import { productRoutes } from '../../resources/product-routes.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { catalogue } from '../support/fakes/samples.ts';

/** The smallest document that readers open, with the four bytes over 127 that tell tools that a PDF is binary. */
const pdf = Buffer.concat([
  Buffer.from('%PDF-1.4\n%'),
  Buffer.from([0xe2, 0xe3, 0xcf, 0xd3]),
  Buffer.from(
    '\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n',
  ),
]);
const zipped = gzipSync('{"name":"Žofie"}');

let backend: Server;
let received: {
  readonly body: Buffer;
  readonly encoding: string | undefined;
  readonly type: string | undefined;
}[] = [];
let gateway: TestGateway;
let textGateway: TestGateway;

beforeAll(async () => {
  backend = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', () => {
        const { 'content-encoding': encoding, 'content-type': type } = incoming.headers;
        received.push({ body: Buffer.concat(chunks), encoding, type });
        const zips = incoming.headers['accept-encoding'] === 'gzip';
        outgoing.writeHead(200, {
          'content-type': zips ? 'application/json' : 'application/pdf',
          ...(zips && { 'content-encoding': 'gzip' }),
        });
        outgoing.end(zips ? zipped : pdf);
      });
  });
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
  const address = backend.address();
  if (address === null || typeof address === 'string') throw new Error('the backend has no port');
  const routes = productRoutes(catalogue, 'DEV')
    .filter(({ method }) => method === 'POST')
    .map(({ method, path, headers }): GatewayRoute => ({
      method,
      resource: path,
      protected: false,
      integration: {
        kind: 'http',
        uri: `http://127.0.0.1:${address.port}/reports`,
        headers,
        timeoutMillis: 29_000,
      },
    }));
  gateway = await startGateway({ routes });
  textGateway = await startGateway({ routes, binaryMediaTypes: [] });
});
afterAll(async () => {
  await gateway.close();
  await textGateway.close();
  await new Promise((resolve) => backend.close(resolve));
});

async function post(to: TestGateway, body: Buffer, headers: Readonly<Record<string, string>>) {
  received = [];
  const answer = await fetch(`${to.url}/apis/credit-reports/reports`, {
    method: 'POST',
    body: new Uint8Array(body),
    headers,
  });
  return {
    status: answer.status,
    type: answer.headers.get('content-type'),
    bytes: Buffer.from(await answer.arrayBuffer()),
  };
}

describe("WF-10 bytes through a product's route", () => {
  test.each(['*/*', 'text/html,application/xhtml+xml', 'application/json', 'application/pdf'])(
    'a PDF in both directions, to a caller that accepts %s',
    async (accept) => {
      expect(
        await post(gateway, pdf, {
          accept: accept,
          'accept-encoding': 'identity',
          'content-type': 'application/pdf',
        }),
      ).toEqual({ status: 200, type: 'application/pdf', bytes: pdf });
      expect(received).toEqual([{ body: pdf, encoding: undefined, type: 'application/pdf' }]);
    },
  );

  test('a compressed body, of which the backend is told so', async () => {
    await post(gateway, zipped, {
      'content-type': 'application/json',
      'content-encoding': 'gzip',
      'accept-encoding': 'identity',
    });
    expect(received).toEqual([{ body: zipped, encoding: 'gzip', type: 'application/json' }]);
    expect(gunzipSync(received[0]?.body ?? '').toString()).toBe('{"name":"Žofie"}');
  });

  test('a compressed answer, which the caller unpacks', async () => {
    const { bytes } = await post(gateway, Buffer.from('{}'), {
      'content-type': 'application/json',
      'accept-encoding': 'gzip',
    });
    expect(bytes.toString()).toBe('{"name":"Žofie"}');
  });

  test('without binary media types neither would arrive whole', async () => {
    const damaged = Buffer.from(pdf.toString('utf8'));
    const { bytes } = await post(textGateway, pdf, {
      'content-type': 'application/pdf',
      'accept-encoding': 'identity',
    });
    expect(bytes).toEqual(damaged);
    expect(received[0]?.body).toEqual(damaged);
    expect(damaged).not.toEqual(pdf);
  });

  test('the twin does not start with a list of media types', async () => {
    await expect(startGateway({ routes: [], binaryMediaTypes: ['application/pdf'] })).rejects.toThrow(
      "the API's binary media types are application/pdf; the twin knows */* or none",
    );
  });
});
