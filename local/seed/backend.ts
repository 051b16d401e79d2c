import { Hono } from 'hono';
import type { Clock } from '../../core/clock.ts';
import type { Fetchable } from '../kernel/serve.ts';

/** The sample backend's answer: the request as it was received. */
export interface ReceivedRequest {
  readonly product: string;
  readonly method: string;
  /** The path below the product, starting with `/`. */
  readonly path: string;
  /** Every value of every parameter. */
  readonly query: Readonly<Record<string, readonly string[]>>;
  /** Names are in lower case. The value of `authorization` is its scheme only. */
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed if it is JSON; missing if there is no body. */
  readonly body?: unknown;
  /** ISO 8601. */
  readonly receivedAt: string;
}

/**
 * Creates the stand-in of every product's backend. Any method on `/<product>/…` answers 200 with the received
 * request.
 */
export function createBackend({ clock }: { readonly clock: Clock }): Fetchable {
  const app = new Hono();
  app.all('/:product/*', async (context) => {
    const product = context.req.param('product');
    const headers = context.req.header();
    const scheme = headers['authorization']?.split(' ')[0];
    const text = await context.req.text();
    const received: ReceivedRequest = {
      product,
      method: context.req.method,
      path: new URL(context.req.url).pathname.replace(/^\/[^/]+\/?/, '/'),
      query: context.req.queries(),
      headers: { ...headers, ...(scheme === undefined ? {} : { authorization: scheme }) },
      ...(text === '' ? {} : { body: parsed(text) }),
      receivedAt: clock.now().toISOString(),
    };
    return context.json(received);
  });
  return app;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
