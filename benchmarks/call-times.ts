import { SFNClient } from '@aws-sdk/client-sfn';
import aws4 from 'aws4';
import { subscribe } from 'node:diagnostics_channel';
import { type EventEmitter, once } from 'node:events';
import { appendFileSync } from 'node:fs';
import type { ClientRequest } from 'node:http';

/**
 * Records the calls of a twin's functions. It is imported before anything else (`NODE_OPTIONS=--import`), and
 * appends every call to the file that `SALLYPORT_BENCH_CALLS` names. Each line is `call|wire start end`, in
 * milliseconds since 1970:
 *
 * - `wire`: a request with Node's own client or `fetch`, from its creation until the last byte of its answer.
 * - `call`: what a handler waits for. For an AWS service, it is the SDK client's `send`, which also signs,
 *   writes and reads; without the SDK, it is signing and the request. For Okta and ServiceNow, it is the
 *   request.
 *
 * Only functions make calls in the twin, so there is nothing else among them.
 */
const file = process.env['SALLYPORT_BENCH_CALLS'] ?? '';
const now = (): number => performance.timeOrigin + performance.now();
let lines = '';
const note = (kind: 'call' | 'wire', start: number): void => {
  lines += `${kind} ${start} ${now()}\n`;
};
setInterval(() => {
  if (lines !== '') appendFileSync(file, lines);
  lines = '';
}, 100).unref();

/** All SDK clients share this base class. */
const base = Object.getPrototypeOf(SFNClient.prototype) as { send: (...args: unknown[]) => Promise<unknown> };
const { send } = base;
base.send = async function sendTimed(...args) {
  const start = now();
  try {
    return await send.apply(this, args);
  } finally {
    note('call', start);
  }
};

/** When the latest call without the SDK was signed. Its request is created at once. */
let signedAt = 0;
const { sign } = aws4;
aws4.sign = (...args) => {
  signedAt = now();
  return sign(...args);
};

/** The message that Node publishes about a request. */
interface RequestMessage {
  readonly request: object;
  readonly response?: EventEmitter;
}

const begun = new WeakMap<object, number>();
const on = (channel: string, handle: (message: RequestMessage) => void): void =>
  subscribe(channel, (message) => handle(message as RequestMessage));
const signed = new WeakMap<object, number>();
const bySdk = (request: ClientRequest): boolean => request.hasHeader('amz-sdk-request');
on('http.client.request.created', ({ request }) => signed.set(request, signedAt));
for (const made of ['http.client.request.created', 'undici:request:create']) {
  on(made, ({ request }) => begun.set(request, now()));
}
on('http.client.response.finish', ({ request, response }) => {
  if (response === undefined) return;
  const callAt = bySdk(request as ClientRequest) ? undefined : signed.get(request);
  void once(response, 'end').then(() => {
    note('wire', begun.get(request) ?? now());
    if (callAt !== undefined) note('call', callAt);
  });
});
on('undici:request:trailers', ({ request }) => {
  const start = begun.get(request) ?? now();
  note('wire', start);
  note('call', start);
});
