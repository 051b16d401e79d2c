import { SFNClient } from '@aws-sdk/client-sfn';
import aws4 from 'aws4';
import { subscribe } from 'node:diagnostics_channel';
import { type EventEmitter, once } from 'node:events';
import { appendFileSync } from 'node:fs';
import type { ClientRequest } from 'node:http';

/**
 * Imported into a twin before anything else (`NODE_OPTIONS=--import`), it appends every call that the functions make
 * to the file that `SALLYPORT_BENCH_CALLS` names, a line `call|wire start end` each in milliseconds since 1970:
 *
 * - `wire`: a request, by Node's own client or by `fetch`, from when it is made until its answer's last byte is here.
 * - `call`: what a handler waits for: of an AWS service the SDK client's `send`, which signs, writes and reads besides
 *   the request, or without it the signing and the request; of Okta and ServiceNow the request.
 *
 * Only functions call anybody, so there is nothing else among them.
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

/** All SDK clients share this one's base. */
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

/** Of the latest call without the SDK: its request is made at once. */
let signedAt = 0;
const { sign } = aws4;
aws4.sign = (...args) => {
  signedAt = now();
  return sign(...args);
};

/** What Node tells of a request. */
interface Told {
  readonly request: object;
  readonly response?: EventEmitter;
}

const begun = new WeakMap<object, number>();
const on = (channel: string, handle: (told: Told) => void): void =>
  subscribe(channel, (message) => handle(message as Told));
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
