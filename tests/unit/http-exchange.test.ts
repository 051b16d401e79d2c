import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { createExchange } from '../../adapters/http/exchange.ts';

const limits = { timeoutMilliseconds: 2000, maxAnswerBytes: 1000 };
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

type Which = (onConnection: number) => boolean;
const none: Which = () => false;

/** A server that answers with what it was sent, unless it cuts the connection, says nothing, or stops within its answer. */
async function startServer(
  cuts: Which,
  hangs = none,
  stops = none,
): Promise<{ readonly url: URL; readonly received: string[] }> {
  const received: string[] = [];
  const requests = new WeakMap<Socket, number>();
  const echo = async (request: IncomingMessage): Promise<string> =>
    `${request.method ?? ''} ${await text(request)}`;
  const server = createServer((request, response) => {
    const number = (requests.get(request.socket) ?? 0) + 1;
    requests.set(request.socket, number);
    if (hangs(number)) return;
    if (cuts(number)) request.socket.resetAndDestroy();
    else if (stops(number)) request.socket.write('HTTP/1.1 200 O', () => request.socket.resetAndDestroy());
    else void echo(request).then((content) => response.end(content, () => received.push(content)));
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  return { url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`), received };
}

describe('an exchange', () => {
  test('takes another connection when one that it has kept has been cut, and sends everything again', async () => {
    const { url, received } = await startServer((onConnection) => onConnection > 1);
    const exchange = createExchange(url, limits);
    for (const body of ['one', 'two', 'three']) {
      expect(await exchange({ method: 'POST', headers: {}, body, repeatable: true })).toEqual({
        status: 200,
        text: `POST ${body}`,
      });
    }
    expect(await exchange({ method: 'GET', headers: {}, repeatable: true })).toEqual({
      status: 200,
      text: 'GET ',
    });
    expect(received).toEqual(['POST one', 'POST two', 'POST three', 'GET ']);
  });

  test('gives up when a connection of its own is cut: somebody has heard of it', async () => {
    const { url } = await startServer(() => true);
    await expect(
      createExchange(url, limits)({ method: 'POST', headers: {}, body: 'one', repeatable: true }),
    ).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  test('sends nothing twice that may do harm twice', async () => {
    const { url, received } = await startServer((onConnection) => onConnection > 1);
    const exchange = createExchange(url, limits);
    await exchange({ method: 'POST', headers: {}, body: 'one' });
    await expect(exchange({ method: 'POST', headers: {}, body: 'two' })).rejects.toMatchObject({
      code: 'ECONNRESET',
    });
    expect(received).toEqual(['POST one']);
  });

  const all = <T>(times: number, run: () => Promise<T>): Promise<T[]> =>
    Promise.all(Array.from({ length: times }, run));
  const post = { method: 'POST', headers: {}, body: 'one' } as const;

  test.each([1, 9])(
    'takes a new connection when nine that it has kept have been cut at once, for %i requests at once',
    async (times) => {
      const { url, received } = await startServer((onConnection) => onConnection > 1);
      const exchange = createExchange(url, limits);
      await all(9, () => exchange(post));
      expect(await all(times, () => exchange({ ...post, repeatable: true }))).toEqual(
        Array.from({ length: times }, () => ({ status: 200, text: 'POST one' })),
      );
      expect(received).toHaveLength(9 + times);
    },
  );

  test('has a new connection for the next request when one that it has kept has been cut', async () => {
    const { url, received } = await startServer((onConnection) => onConnection > 1);
    const exchange = createExchange(url, limits);
    await all(9, () => exchange(post));
    await expect(exchange(post)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(await exchange(post)).toEqual({ status: 200, text: 'POST one' });
    expect(received).toHaveLength(10);
  });

  test('has a new connection for the next request when one that it has kept does not answer', async () => {
    const { url } = await startServer(
      () => false,
      (onConnection) => onConnection > 1,
    );
    const exchange = createExchange(url, { ...limits, timeoutMilliseconds: 200 });
    await all(9, () => exchange(post));
    await expect(exchange({ ...post, repeatable: true })).rejects.toMatchObject({ name: 'AbortError' });
    expect(await exchange(post)).toEqual({ status: 200, text: 'POST one' });
  });

  test('sends nothing again of which the answer has begun', async () => {
    const { url, received } = await startServer(
      () => false,
      () => false,
      (onConnection) => onConnection > 1,
    );
    const exchange = createExchange(url, limits);
    await exchange(post);
    await expect(exchange({ ...post, repeatable: true })).rejects.toThrow();
    expect(received).toEqual(['POST one']);
  });

  test('takes no answer that is too large', async () => {
    const { url } = await startServer(() => false);
    await expect(
      createExchange(url, limits)({ method: 'POST', headers: {}, body: 'x'.repeat(1001) }),
    ).rejects.toThrow('answer over 1000 bytes');
  });
});
