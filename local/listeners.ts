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
  const served: Served[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(served.map((each) => each.close()));
  };

  const doorTo = async (name: ListenerName, offset: number): Promise<string> => {
    const port = basePort === 0 ? 0 : basePort + offset;
    try {
      const door = await serve(
        { fetch: async (request, bindings) => (await apps)[name].fetch(request, bindings) },
        port,
      );
      served.push(door);
      return door.url;
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
    gateway: await doorTo('gateway', 0),
    aws: await doorTo('aws', 1),
    okta: await doorTo('okta', 2),
    servicenow: await doorTo('servicenow', 3),
    backend: await doorTo('backend', 4),
  };
  return { urls, open, close };
}
