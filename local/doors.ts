import { type Fetchable, serve, type Served } from './kernel/serve.ts';

export const doorNames = ['gateway', 'aws', 'okta', 'servicenow', 'backend'] as const;
export type DoorName = (typeof doorNames)[number];

/** The ports of the twin, open before there is anybody behind them: the stand-ins need one another's addresses. */
export interface Doors {
  readonly urls: Readonly<Record<DoorName, string>>;
  /** From here on the stand-ins answer, whoever came earlier included. */
  open(apps: Readonly<Record<DoorName, Fetchable>>): void;
  close(): Promise<void>;
}

export class PortInUse extends Error {
  override readonly name = 'PortInUse';
}

/**
 * Listens on five ports from `basePort` on; 0 takes any free ones.
 * @throws {PortInUse} if one of them is taken; then none is kept
 */
export async function listen(basePort: number): Promise<Doors> {
  const { promise: apps, resolve: open } = Promise.withResolvers<Readonly<Record<DoorName, Fetchable>>>();
  const served: Served[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(served.map((each) => each.close()));
  };

  const urls: Partial<Record<DoorName, string>> = {};
  for (const [at, name] of doorNames.entries()) {
    const port = basePort === 0 ? 0 : basePort + at;
    try {
      const door = await serve({ fetch: async (request, bindings) => (await apps)[name].fetch(request, bindings) }, port);
      served.push(door);
      urls[name] = door.url;
    } catch (cause) {
      await close();
      if (!(cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE')) throw cause;
      throw new PortInUse(`port ${port}, where ${name} is to answer, is in use; set SALLYPORT_PORT to a port with four free ones after it`, { cause });
    }
  }
  return { urls: urls as Record<DoorName, string>, open, close };
}
