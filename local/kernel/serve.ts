import { createServer } from 'node:http';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { type HttpBindings, getRequestListener } from '@hono/node-server';
import { dropConnection } from './faults.ts';
import { hasTimedOut, onBehalfOf, runHeader } from './function-runs.ts';

export interface Served {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Anything that answers standard requests, such as a Hono app. */
export interface Fetchable {
  fetch(request: Request, bindings: HttpBindings): Response | Promise<Response>;
}

/** Serves an app on 127.0.0.1. Port 0 picks a free port. */
export async function serve(app: Fetchable, port: number): Promise<Served> {
  const listener = getRequestListener(
    async (request, bindings) => {
      const http = bindings as HttpBindings;
      const drop = (): Response => {
        http.outgoing.destroy();
        return RESPONSE_ALREADY_SENT;
      };
      const run = request.headers.get(runHeader);
      if (hasTimedOut(run)) return drop();
      const response = await onBehalfOf(run ?? undefined, () => app.fetch(request, http));
      return response.headers.has(dropConnection) ? drop() : response;
    },
    { overrideGlobalObjects: false },
  );
  // Idle connections stay open: the server might otherwise close one while the next request is on its way.
  const server = createServer(
    { keepAliveTimeout: 0 },
    (incoming, outgoing) => void listener(incoming, outgoing),
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no TCP address');
  return {
    port: address.port,
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => {
          if (error === undefined) resolve();
          else reject(error);
        });
        server.closeAllConnections();
      }),
  };
}
