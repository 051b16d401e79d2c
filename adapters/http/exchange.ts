import { urlToHttpOptions } from 'node:url';
import type { CallLimits } from './json-call.ts';

export interface ExchangeRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface ExchangeAnswer {
  readonly status: number;
  readonly text: string;
}

export interface ExchangeOptions extends CallLimits {
  /**
   * Requests do no harm twice: where a connection that was kept open turns out to have been cut, above all while
   * Lambda had the function asleep, they are sent again on another.
   */
  readonly repeatable?: boolean;
}

/** Of a connection that the other side has closed. */
const cut = ['ECONNRESET', 'EPIPE'];

/**
 * Exchanges requests and answers with one address, over connections that stay open, and follows no redirect:
 * for the authorizer, since `fetch` takes longer to load than the rest of it. Rejects with Node's error if no
 * answer comes in time, or none that is small enough.
 */
export function createExchange(url: URL, { timeoutMilliseconds, maxAnswerBytes, repeatable = false }: ExchangeOptions): (request: ExchangeRequest) => Promise<ExchangeAnswer> {
  // To import node:http is to load `fetch`: an import reads every export, and its WebSocket is made of the same.
  const transport = process.getBuiltinModule(url.protocol === 'https:' ? 'node:https' : 'node:http');
  const agent = new transport.Agent({ keepAlive: true });
  const where = { ...urlToHttpOptions(url), agent };
  const exchange = ({ method, headers, body }: ExchangeRequest): Promise<ExchangeAnswer> => new Promise((resolve, reject) => {
    const request = transport.request({ ...where, method, headers, signal: AbortSignal.timeout(timeoutMilliseconds) }, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.byteLength;
        if (size > maxAnswerBytes) response.destroy(new Error(`answer over ${maxAnswerBytes} bytes`));
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }));
      response.on('error', reject);
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (repeatable && request.reusedSocket && cut.includes(error.code ?? '')) resolve(exchange({ method, headers, ...(body !== undefined && { body }) }));
      else reject(error);
    });
    request.end(body);
  });
  return exchange;
}
