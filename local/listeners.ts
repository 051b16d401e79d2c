import { type Fetchable, serve, type Served } from './kernel/serve.ts';

export type ListenerName = 'gateway' | 'aws' | 'okta' | 'servicenow' | 'backend';

/**
 * The ports of the twin. They are open before the stand-ins exist, because the stand-ins need each other's
 * URLs.
 */
export interface Listeners {
  readonly urls: Readonly<Record<ListenerName, string>>;
  /** Starts answering requests, including those that have already arrived. */
  open(apps: Readonly<Record<ListenerName, Fetchable>>): void;
  close(): Promise<void>;
}

export class PortInUse extends Error {
  override readonly name = 'PortInUse';
}

/**
 * Listens on five ports from `basePort` on; 0 takes any free ones.
 *
 * @throws {PortInUse} if one of them is in use; all ports are then closed again
 */
export async function listen(basePort: number): Promise<Listeners> {
  const { promise: apps, resolve: open } = Promise.withResolvers<Readonly<Record<ListenerName, Fetchable>>>();
  const servers: Served[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(servers.map((each) => each.close()));
  };

  const listenFor = async (name: ListenerName, offset: number): Promise<string> => {
    const port = basePort === 0 ? 0 : basePort + offset;
    try {
      const server = await serve(
        { fetch: async (request, bindings) => (await apps)[name].fetch(request, bindings) },
        port,
      );
      servers.push(server);
      return server.url;
    } catch (cause) {
      await close();
      if (!(cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE')) throw cause;
      throw new PortInUse(
        `port ${port}, where ${name} is to answer, is in use; set SALLYPORT_PORT to a port with four free ones after it`,
        { cause },
      );
    }
  };
  const urls = {
    gateway: await listenFor('gateway', 0),
    aws: await listenFor('aws', 1),
    okta: await listenFor('okta', 2),
    servicenow: await listenFor('servicenow', 3),
    backend: await listenFor('backend', 4),
  };
  return { urls, open, close };
}
