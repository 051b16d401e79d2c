import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { Clock } from '../../core/clock.ts';

/** A request as it came over the connection: nothing normalised, nothing decoded. */
export interface GatewayRequest {
  readonly id: string;
  readonly at: Date;
  readonly method: string;
  /** The path of the request line, percent-encoded, without the query. */
  readonly path: string;
  /** Without the question mark; empty if there is none. */
  readonly query: string;
  /** In order and in the caller's spelling; a repeated header is there repeatedly. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly sourceIp: string;
  /** X-Ray's: the caller's, or a new one. */
  readonly traceId: string;
  /** Undefined when it is over `payloadLimit`. */
  readonly body: Buffer | undefined;
}

/** API Gateway's limit for a request's and a response's payload, in bytes. */
export const payloadLimit = 10 * 1024 * 1024;

/** The twin's way to stand at any address. Nothing behind the gateway ever sees this header. */
const sourceHeader = 'x-twin-source-ip';

export class InvalidSourceAddress extends Error {
  override readonly name = 'InvalidSourceAddress';
}

/**
 * Reads a request off its connection. The source address is the connection's unless `X-Twin-Source-Ip` says
 * otherwise; a value that is no IP address is `InvalidSourceAddress`.
 */
export async function readRequest(incoming: IncomingMessage, clock: Clock): Promise<GatewayRequest> {
  const headers: [string, string][] = [];
  let sourceIp = incoming.socket.remoteAddress ?? '127.0.0.1';
  for (let at = 0; at < incoming.rawHeaders.length; at += 2) {
    const name = incoming.rawHeaders[at] ?? '';
    const value = incoming.rawHeaders[at + 1] ?? '';
    if (name.toLowerCase() === sourceHeader) sourceIp = value;
    else headers.push([name, value]);
  }
  if (isIP(sourceIp) === 0) {
    throw new InvalidSourceAddress('X-Twin-Source-Ip must be one IPv4 or IPv6 address');
  }

  const at = clock.now();
  const trace = headers.find(([name]) => name.toLowerCase() === 'x-amzn-trace-id')?.[1];
  const [path = '', ...query] = (incoming.url ?? '').split('?');
  return {
    id: randomUUID(),
    at,
    method: incoming.method ?? '',
    path,
    query: query.join('?'),
    headers,
    sourceIp,
    traceId:
      trace ?? `Root=1-${Math.floor(at.getTime() / 1000).toString(16)}-${randomBytes(12).toString('hex')}`,
    body: await readWithin(incoming, payloadLimit),
  };
}

/** The whole stream, or undefined if it is longer than `limit` bytes; it is read to its end either way. */
export async function readWithin(stream: AsyncIterable<unknown>, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    if (!Buffer.isBuffer(chunk)) throw new TypeError('the stream must yield bytes');
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
  }
  return size <= limit ? Buffer.concat(chunks) : undefined;
}

/** The values of a header, whatever its spelling. */
export function headerValues(request: GatewayRequest, name: string): string[] {
  return request.headers
    .filter(([each]) => each.toLowerCase() === name.toLowerCase())
    .map(([, value]) => value);
}
