import { once } from 'node:events';
import { type RequestListener, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type JsonRequest, callJson } from '../../adapters/http/json-call.ts';
import { StepError } from '../../core/errors.ts';

const limits = { timeoutMilliseconds: 200, maxAnswerBytes: 1000 };
/** For what does answer, on however busy a machine. */
const patient = { ...limits, timeoutMilliseconds: 10_000 };
let closing: () => Promise<void> = () => Promise.resolve();
afterEach(() => closing());

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}/`;
}

const request = (url: string, changes: boolean): JsonRequest => ({
  service: 'vendor',
  operation: 'DoThing',
  method: changes ? 'POST' : 'GET',
  url,
  headers: {},
  changes,
});

/** Name and detail of the error for a call that changes something, and for one that does not. */
async function failures(url: string): Promise<string[]> {
  return Promise.all(
    [true, false].map(async (changes) => {
      const error: unknown = await callJson(request(url, changes), limits).catch((caught: unknown) => caught);
      return error instanceof StepError
        ? `${error.name}: ${error.message}`
        : `no StepError: ${String(error)}`;
    }),
  );
}

describe('one JSON call', () => {
  it('sends method, headers and body and gives back status, headers and parsed body', async () => {
    const url = await listen((incoming, outgoing) => {
      void (async () => {
        const body = (await incoming.toArray()).join('');
        outgoing.writeHead(201, { 'x-vendor': 'yes', 'content-type': 'application/json' });
        outgoing.end(
          JSON.stringify({
            method: incoming.method,
            accept: incoming.headers.accept,
            sent: incoming.headers['x-own'],
            body,
          }),
        );
      })();
    });

    const answer = await callJson(
      { ...request(url, true), headers: { 'x-own': '1' }, body: '{"a":1}' },
      patient,
    );

    expect({ ...answer, headers: answer.headers.get('x-vendor') }).toEqual({
      ok: true,
      status: 201,
      headers: 'yes',
      body: { method: 'POST', accept: 'application/json', sent: '1', body: '{"a":1}' },
    });
  });

  it('gives an error answer back with its status, parsed if it is JSON and without body if it is not', async () => {
    const url = await listen((incoming, outgoing) => {
      outgoing.writeHead(incoming.method === 'GET' ? 503 : 400);
      outgoing.end(incoming.method === 'GET' ? '<html>busy</html>' : '{"code":"X"}');
    });

    expect(await callJson(request(url, false), patient)).toEqual({
      ok: false,
      status: 503,
      headers: expect.any(Headers) as Headers,
      body: undefined,
    });
    expect(await callJson(request(url, true), patient)).toEqual({
      ok: false,
      status: 400,
      headers: expect.any(Headers) as Headers,
      body: { code: 'X' },
    });
  });

  it('takes an empty success for one without body', async () => {
    const url = await listen((_, outgoing) => outgoing.writeHead(204).end());
    expect(await callJson(request(url, true), patient)).toEqual({
      ok: true,
      status: 204,
      headers: expect.any(Headers) as Headers,
      body: undefined,
    });
  });

  it('says Unavailable in every case when nobody listens, because nothing was sent', async () => {
    const url = await listen((_, outgoing) => outgoing.end());
    await closing();
    closing = () => Promise.resolve();
    expect(await failures(url)).toEqual([
      'Unavailable: vendor DoThing: ECONNREFUSED',
      'Unavailable: vendor DoThing: ECONNREFUSED',
    ]);
  });

  it('leaves the outcome open when no answer comes in time', async () => {
    const url = await listen(() => undefined);
    expect(await failures(url)).toEqual([
      'OutcomeUnknown: vendor DoThing: time-out',
      'Unavailable: vendor DoThing: time-out',
    ]);
  });

  it('counts the body into the time-out', async () => {
    const url = await listen((_, outgoing) => {
      outgoing.writeHead(200);
      outgoing.write('{"half":');
    });
    expect(await failures(url)).toEqual([
      'OutcomeUnknown: vendor DoThing: time-out',
      'Unavailable: vendor DoThing: time-out',
    ]);
  });

  it('leaves the outcome open when the connection breaks', async () => {
    const url = await listen((_, outgoing) => {
      outgoing.destroy();
    });
    expect(await failures(url)).toEqual([
      'OutcomeUnknown: vendor DoThing: UND_ERR_SOCKET',
      'Unavailable: vendor DoThing: UND_ERR_SOCKET',
    ]);
  });

  it('leaves the outcome open when a success is not JSON, and does not repeat what it was', async () => {
    const url = await listen((_, outgoing) => outgoing.end('<<secret'));
    expect(await failures(url)).toEqual([
      'OutcomeUnknown: vendor DoThing: answer is not JSON',
      'Unavailable: vendor DoThing: answer is not JSON',
    ]);
    const error: unknown = await callJson(request(url, true), limits).catch((caught: unknown) => caught);
    expect(
      JSON.stringify([error, error instanceof Error ? error.cause : error, String(error)]),
    ).not.toContain('secret');
  });

  // Failure F-2
  it('reads no more than the cap', async () => {
    const url = await listen((_, outgoing) => outgoing.end(`"${'x'.repeat(1000)}"`));
    expect(await failures(url)).toEqual([
      'OutcomeUnknown: vendor DoThing: answer over 1000 bytes',
      'Unavailable: vendor DoThing: answer over 1000 bytes',
    ]);
  });

  // Failure F-1
  it('follows no redirect', async () => {
    const visited: string[] = [];
    const url = await listen((incoming, outgoing) => {
      visited.push(incoming.url ?? '');
      outgoing.writeHead(302, { location: '/elsewhere' }).end();
    });
    expect(await failures(url)).toEqual([
      'OutcomeUnknown: vendor DoThing: no answer',
      'Unavailable: vendor DoThing: no answer',
    ]);
    expect(visited).toEqual(['/', '/']);
  });
});
