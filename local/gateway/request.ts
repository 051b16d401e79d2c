import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { Clock } from '../../core/clock.ts';

/** A request as it was received, neither normalized nor decoded. */
export interface GatewayRequest {
  readonly id: string;
  readonly at: Date;
  readonly method: string;
  /** The path of the request line: percent-encoded, without the query. */
  readonly path: string;
  /** Without the question mark; empty if there is no query. */
  readonly query: string;
  /** In order and in the caller's spelling. A repeated header appears repeatedly. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly sourceIp: string;
  /** The X-Ray trace id: the caller's, or a new one. */
  readonly traceId: string;
  /** Undefined if it is larger than `payloadLimit`. */
  readonly body: Buffer | undefined;
}

/** API Gateway's limit of the payload of a request or response, in bytes. */
export const payloadLimit = 10 * 1024 * 1024;

/**
 * Lets a caller of the twin choose the source address. The gateway removes this header from what it passes
 * on.
 */
const sourceHeader = 'x-twin-source-ip';

export class InvalidSourceAddress extends Error {
  override readonly name = 'InvalidSourceAddress';
}

/**
 * Reads a request from its connection.
 *
 * @param callerAddress the source address, unless `X-Twin-Source-Ip` names another one
 * @throws InvalidSourceAddress if that header's value is not an IP address
 */
export async function readRequest(
  incoming: IncomingMessage,
  clock: Clock,
  callerAddress = incoming.socket.remoteAddress ?? '127.0.0.1',
): Promise<GatewayRequest> {
  const headers: [string, string][] = [];
  let sourceIp = callerAddress;
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

/**
 * Returns the whole stream, or undefined if it is longer than `limit` bytes. It is read to its end in both
 * cases.
 */
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

/** Returns all values of a header, whose name is not case-sensitive. */
export function headerValues(request: GatewayRequest, name: string): string[] {
  return request.headers
    .filter(([each]) => each.toLowerCase() === name.toLowerCase())
    .map(([, value]) => value);
}
