import { fork } from 'node:child_process';
import type { Server } from 'node:http';
import * as z from 'zod';

/** A server in a process of its own. */
export interface OwnProcess {
  readonly url: string;
  /** Returns the milliseconds of processor time that the process has used so far. */
  readonly cpu: () => Promise<number>;
  readonly stop: () => Promise<void>;
}

const announcement = z.object({ url: z.string() });
const usage = z.object({ cpu: z.number() });

/**
 * Starts a module that ends with {@link announce}. Its standard output is discarded.
 * @param environment variables in addition to those of this process
 * @throws {Error} with its error output, if it ends before it serves
 */
export async function startProcess(module: string, environment: NodeJS.ProcessEnv = {}): Promise<OwnProcess> {
  const child = fork(module, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const errorOutput: string[] = [];
  child.stderr?.on('data', (text) => errorOutput.push(String(text)));
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  const nextMessage = (): Promise<unknown> =>
    new Promise((resolve, reject) => {
      child.once('message', resolve);
      void ended.then(() => {
        reject(new Error(`${module} has ended: ${errorOutput.join('')}`));
      });
    });
  const { url } = announcement.parse(await nextMessage());
  return {
    url,
    cpu: async () => {
      const answer = nextMessage();
      child.send('cpu');
      return usage.parse(await answer).cpu;
    },
    stop: async () => {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}

/** Used in the started process: listens on a free port of 127.0.0.1 and returns the server's address. */
export async function listen(server: Server): Promise<string> {
  // Longer than a contestant waits for its turn, because connections that are cut in between are not what is
  // measured.
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? String(address?.port) : ''}`;
}

/**
 * Used in the started process: announces that it serves, and ends the process when its parent disconnects.
 */
export function announce(url: string): void {
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpu: (user + system) / 1000 });
  });
  process.once('disconnect', () => process.exit());
  process.send?.({ url });
}
