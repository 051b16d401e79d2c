import { request as requestHttp, type IncomingHttpHeaders } from 'node:http';

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/**
 * Sends a request exactly as given. Unlike fetch, it does not normalize the path or header names and does not
 * follow redirects.
 */
export function rawRequest(
  base: string,
  request: {
    readonly method?: string;
    readonly path: string;
    readonly headers?: readonly (readonly [name: string, value: string])[];
    readonly body?: string | Buffer;
  },
): Promise<RawAnswer> {
  const { hostname, port } = new URL(base);
  const body = Buffer.from(request.body ?? '');
  const headers = [['Host', `${hostname}:${port}`], ...(request.headers ?? [])];
  if (body.length > 0) headers.push(['Content-Length', String(body.length)]);
  return new Promise((resolve, reject) => {
    requestHttp(
      {
        hostname,
        port,
        path: request.path,
        method: request.method ?? 'GET',
        headers: headers.flat(),
        agent: false,
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer
          .on('data', (chunk: Buffer) => chunks.push(chunk))
          .once('error', reject)
          .once('end', () => {
            resolve({
              status: answer.statusCode ?? 0,
              headers: answer.headers,
              body: Buffer.concat(chunks).toString(),
            });
          });
      },
    )
      .once('error', reject)
      .end(body);
  });
}
