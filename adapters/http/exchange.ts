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

/**
 * Exchanges requests and answers with one address, over connections that stay open, and follows no redirect:
 * for the authorizer, since `fetch` takes longer to load than the rest of it. Rejects with Node's error if no
 * answer comes in time, or none that is small enough.
 */
export function createExchange(url: URL, { timeoutMilliseconds, maxAnswerBytes }: CallLimits): (request: ExchangeRequest) => Promise<ExchangeAnswer> {
  // To import node:http is to load `fetch`: an import reads every export, and its WebSocket is made of the same.
  const transport = process.getBuiltinModule(url.protocol === 'https:' ? 'node:https' : 'node:http');
  const agent = new transport.Agent({ keepAlive: true });
  return ({ method, headers, body }) => new Promise((resolve, reject) => {
    const request = transport.request(url, { method, headers, agent, signal: AbortSignal.timeout(timeoutMilliseconds) }, (response) => {
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
    request.on('error', reject);
    request.end(body);
  });
}
