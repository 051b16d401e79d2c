import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shareTestTwin, type TestTwin } from '../support/twin.ts';
import { anyBody } from './payloads.ts';
import { converse, statusesIn } from './raw-socket.ts';
import { patience, runs } from './runs.ts';
import { everythingStored, oddLinesIn } from './watched-twin.ts';

/** What our functions and the gateway answer strangers, and what Node's HTTP server answers to what is no HTTP. */
const statuses = new Set([100, 200, 400, 401, 403, 404, 405, 410, 413, 415, 417, 422, 431]);

/** Mostly what gets far, so that what is odd elsewhere is met there. */
const mostly = <T>(far: fc.Arbitrary<T>, ...odd: readonly fc.Arbitrary<T>[]) =>
  fc.oneof({ weight: 10, arbitrary: far }, ...odd);

const octets = fc.string({
  unit: fc.integer({ min: 0, max: 0xff }).map((code) => String.fromCharCode(code)),
  maxLength: 30,
});
const token = fc.stringMatching(/^[\w!#$%&'*+.^`|~-]{1,20}$/u);
const method = mostly(
  fc.constantFrom('POST', 'POST', 'GET'),
  fc.constantFrom('PUT', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'CONNECT', 'PRI', 'post', 'GETT'),
  token,
  octets,
);
const target = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('/webhooks/servicenow', `/credentials/${'A'.repeat(43)}`) },
  token.map((text) => `/credentials/${text}`),
  octets.map((text) => `/credentials/${text}`),
  fc.constantFrom(
    '*',
    '/',
    '//',
    '',
    'x',
    '/webhooks/servicenow/',
    '/webhooks//servicenow',
    '/webhooks/servicenow?a=%',
    '/webhooks/servicenow#x',
    '/Webhooks/ServiceNow',
    '/webhooks/%73ervicenow',
    '/webhooks/servicenow;x=1',
    'http://evil.example/webhooks/servicenow',
    'http://[',
    '/credentials/',
    '/credentials/..',
    '/credentials/%2e%2e',
    '/credentials/a%2fb',
    '/credentials/%',
    '/credentials/%zz',
    '/credentials/%00',
    '/credentials/%ff',
    '/credentials/%c0%af',
    '/credentials/__proto__',
    '/credentials/{token}',
    `/credentials/${'a'.repeat(15_000)}`,
    `/credentials/${'%F0%9F%A6%8A'.repeat(1000)}`,
    `/${'../'.repeat(3000)}`,
  ),
);
const version = mostly(
  fc.constant('HTTP/1.1'),
  fc.constantFrom('HTTP/1.0', 'HTTP/0.9', 'HTTP/2.0', 'http/1.1', 'HTTP/1.1 '),
);
const host = mostly(
  fc.constant('Host: x'),
  fc.constantFrom('Host:', 'Host: a b', 'Host: x:99999', 'Host: [', 'X: y'),
);
const header = mostly(
  fc.constantFrom(
    'Content-Type: application/json',
    'Content-Type: application/x-www-form-urlencoded',
    'Content-Type: text/html',
    'Content-Encoding: gzip',
    'Accept: text/html',
    'Accept: text/html;q=x;"',
    'Expect: 100-continue',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Connection: close, keep-alive',
    '__proto__: x',
    'constructor: x',
    'X-Forwarded-Proto: javascript',
    'webhook-id: 1',
    'webhook-timestamp: 1e999',
    'webhook-signature: v1,',
    `Cookie: ${'a=b; '.repeat(1000)}`,
    `A: b${'\r\nA: b'.repeat(300)}`,
  ),
  fc.constantFrom(
    'Content-Length: -1',
    'Content-Length: 5',
    'Content-Length: 99999999999999999999',
    'Content-Length: 5, 6',
    'Transfer-Encoding: gzip, chunked',
    'Transfer-Encoding: xchunked',
    'Expect: x',
    ' folded',
    'no colon',
    `X: ${'x'.repeat(20_000)}`,
  ),
  fc.tuple(token, octets).map((pair) => pair.join(': ')),
  octets,
);
const chunked = fc
  .array(
    fc.oneof(
      octets.map((text) => `${text.length.toString(16)}\r\n${text}\r\n`),
      octets,
      fc.constantFrom('0\r\n\r\n', 'ffffffffffffffff\r\n', '5;x=y\r\nabcde\r\n', '-1\r\n'),
    ),
    { maxLength: 4 },
  )
  .map((chunks) => Buffer.from(chunks.join(''), 'latin1'));
const body = mostly(
  anyBody.map((whole) => ({ framing: `Content-Length: ${whole.length}`, whole })),
  chunked.map((whole) => ({ framing: 'Transfer-Encoding: chunked', whole })),
);
const framed = fc
  .tuple(method, target, version, host, fc.array(header, { maxLength: 4 }), body)
  .map(([verb, path, http, where, headers, { framing, whole }]) =>
    Buffer.concat([
      Buffer.from([`${verb} ${path} ${http}`, where, ...headers, framing, '', ''].join('\r\n'), 'latin1'),
      whole,
    ]),
  );
/** Whole, cut off somewhere, twice in a row, or nothing like HTTP. */
const bytes = mostly(
  framed,
  fc.tuple(framed, fc.nat()).map(([whole, at]) => whole.subarray(0, at % whole.length)),
  fc.tuple(framed, framed).map((both) => Buffer.concat(both)),
  fc.uint8Array({ maxLength: 300 }).map((any) => Buffer.from(any)),
);

describe('the public functions', () => {
  let twin: TestTwin;
  beforeAll(async () => {
    twin = await shareTestTwin();
  });
  afterAll(() => twin.stop());

  test(
    'stand whatever comes over a connection: it is answered as documented, refused, or cut',
    async () => {
      const stored = await everythingStored(twin);
      await fc.assert(
        fc.asyncProperty(
          fc.array(bytes, { minLength: 1, maxLength: 30, size: 'max' }),
          async (conversations) => {
            for (const said of await Promise.all(
              conversations.map((sent) => converse(twin.urls.gateway, sent)),
            )) {
              for (const status of statusesIn(said ?? '')) expect(statuses).toContain(status);
            }
            expect((await fetch(`${twin.urls.gateway}/_twin/health`)).status).toBe(200);
          },
        ),
        runs(40),
      );
      expect(await everythingStored(twin)).toEqual(stored);
      expect(oddLinesIn(twin)).toEqual([]);
    },
    patience,
  );
});
