import type { Socket } from 'node:net';
import { urlToHttpOptions } from 'node:url';
import type { CallLimits } from './json-call.ts';

export interface ExchangeRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /**
   * It does no harm twice: where a connection that was kept open turns out to have been cut before a byte of
   * the answer, above all while Lambda had the function asleep, it is sent again on another.
   */
  readonly repeatable?: boolean;
}

export interface ExchangeAnswer {
  readonly status: number;
  readonly text: string;
}

/** Of a connection that the other side has closed. */
const cut = ['ECONNRESET', 'EPIPE'];

/**
 * Exchanges requests and answers with one address, over connections that stay open, and follows no redirect:
 * for the authorizer, since `fetch` takes longer to load than the rest of it. Rejects with Node's error if no
 * answer comes in time, or none that is small enough. What cut one of the kept connections has cut the
 * others, too: they are closed, so that the next request has a new one.
 */
export function createExchange(
  url: URL,
  { timeoutMilliseconds, maxAnswerBytes }: CallLimits,
): (request: ExchangeRequest) => Promise<ExchangeAnswer> {
  // To import node:http is to load `fetch`: an import reads every export, and WebSocket is made of the same.
  const transport = process.getBuiltinModule(url.protocol === 'https:' ? 'node:https' : 'node:http');
  const agent = new transport.Agent({ keepAlive: true });
  const where = { ...urlToHttpOptions(url), agent };

  const closeKept = (): void => {
    for (const socket of Object.values(agent.freeSockets).flatMap((sockets) => sockets ?? [])) {
      socket.destroy();
    }
  };

  const exchange = (sent: ExchangeRequest): Promise<ExchangeAnswer> =>
    new Promise((resolve, reject) => {
      const { method, headers, body, repeatable = false } = sent;
      let connection: { readonly socket: Socket; readonly readBefore: number } | undefined;
      const request = transport.request(
        { ...where, method, headers, signal: AbortSignal.timeout(timeoutMilliseconds) },
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
        closeKept();
        const isUnanswered = connection?.socket.bytesRead === connection?.readBefore;
        if (repeatable && isUnanswered && cut.includes(error.code ?? '')) resolve(exchange(sent));
        else reject(error);
      });
      request.end(body);
    });
  return exchange;
}
