import type { Socket } from 'node:net';
import { urlToHttpOptions } from 'node:url';
import type { CallLimits } from './json-call.ts';

export interface ExchangeRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /**
   * Whether the request may be sent twice without harm. If a kept-alive connection turns out to be cut before
   * a byte of the answer came, the request is sent again on another. This happens mostly after Lambda has
   * frozen the function.
   */
  readonly repeatable?: boolean;
}

export interface ExchangeAnswer {
  readonly status: number;
  readonly text: string;
}

/** Node's error codes for a connection that the other side has closed. */
const connectionCutCodes = ['ECONNRESET', 'EPIPE'];

/**
 * Creates a function that exchanges requests and answers with one address over kept-alive connections. It
 * follows no redirect. It exists for the authorizer, because `fetch` takes longer to load than the rest of
 * the authorizer.
 *
 * The promise rejects with Node's error if no answer comes in time, or if the answer is too large. When one
 * kept-alive connection was cut, the others were probably cut as well. All are closed then, so that the next
 * request opens a new one.
 */
export function createExchange(
  url: URL,
  { timeoutMilliseconds, maxAnswerBytes }: CallLimits,
): (request: ExchangeRequest) => Promise<ExchangeAnswer> {
  // Importing node:http would load `fetch`: an import reads every export, and WebSocket shares its
  // implementation.
  const transport = process.getBuiltinModule(url.protocol === 'https:' ? 'node:https' : 'node:http');
  const agent = new transport.Agent({ keepAlive: true });
  const target = { ...urlToHttpOptions(url), agent };

  const closeIdleConnections = (): void => {
    for (const socket of Object.values(agent.freeSockets).flatMap((sockets) => sockets ?? [])) {
      socket.destroy();
    }
  };

  const exchange = (sent: ExchangeRequest): Promise<ExchangeAnswer> =>
    new Promise((resolve, reject) => {
      const { method, headers, body, repeatable = false } = sent;
      let connection: { readonly socket: Socket; readonly readBefore: number } | undefined;
      const request = transport.request(
        { ...target, method, headers, signal: AbortSignal.timeout(timeoutMilliseconds) },
        (response) => {
          const chunks: Buffer[] = [];
          let size = 0;
          response.on('data', (chunk: Buffer) => {
            chunks.push(chunk);
            size += chunk.byteLength;
            if (size > maxAnswerBytes) response.destroy(new Error(`answer over ${maxAnswerBytes} bytes`));
          });
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
          );
          response.on('error', reject);
        },
      );
      request.on('socket', (socket) => {
        connection = { socket, readBefore: socket.bytesRead };
      });
      request.on('error', (error: NodeJS.ErrnoException) => {
        if (!request.reusedSocket) {
          reject(error);
          return;
        }
        closeIdleConnections();
        const isUnanswered = connection?.socket.bytesRead === connection?.readBefore;
        const wasCut = connectionCutCodes.includes(error.code ?? '');
        if (repeatable && isUnanswered && wasCut) resolve(exchange(sent));
        else reject(error);
      });
      request.end(body);
    });
  return exchange;
}
