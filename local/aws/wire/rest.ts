import { type Context, Hono } from 'hono';
import type { AwsService } from '../service.ts';
import { restWire } from './rest-wire.ts';
import { type WireCall, perform } from './wire.ts';

/** A REST JSON service with the route of each operation. Path, query and body form the operation's input. */
export interface RestService extends AwsService {
  readonly routes: readonly {
    readonly operation: string;
    readonly method: 'GET' | 'POST' | 'DELETE';
    readonly path: string;
    /** The status of a successful answer. */
    readonly status: number;
  }[];
}

/**
 * Creates the routes of a REST service.
 *
 * @param callOf receives the HTTP method and the path, because a REST service's permissions are based on them
 */
export function restApp(
  service: RestService,
  callOf: (context: Context, verb: string, path: string) => WireCall,
): Hono {
  const app = new Hono();
  for (const { operation, method, path, status } of service.routes) {
    app.on(method, path, async (context) =>
      perform(
        callOf(context, method, context.req.path),
        service,
        operation,
        await inputOf(context),
        restWire(status),
      ),
    );
  }
  return app;
}

async function inputOf({ req }: Context): Promise<Record<string, unknown>> {
  const text = await req.text();
  const body: unknown = text === '' ? {} : JSON.parse(text);
  return { ...req.query(), ...(typeof body === 'object' ? body : {}), ...req.param() };
}
