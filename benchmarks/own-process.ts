import { fork } from 'node:child_process';
import type { Server } from 'node:http';
import * as z from 'zod';

/** A server in a process of its own. */
export interface OwnProcess {
  readonly url: string;
  /** Milliseconds of processor time that the process has taken so far. */
  readonly cpu: () => Promise<number>;
  readonly stop: () => Promise<void>;
}

const announcement = z.object({ url: z.string() });
const usage = z.object({ cpu: z.number() });

/**
 * Starts a module that ends with {@link announce}. What it prints to standard output is written, and read by nobody.
 * @param environment beside the variables that this process has
 * @throws {Error} with what it complained of, if it ends before it serves
 */
export async function startProcess(module: string, environment: NodeJS.ProcessEnv = {}): Promise<OwnProcess> {
  const child = fork(module, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const complaints: string[] = [];
  child.stderr?.on('data', (text) => complaints.push(String(text)));
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  const heard = (): Promise<unknown> =>
    new Promise((resolve, reject) => {
      child.once('message', resolve);
      void ended.then(() => {
        reject(new Error(`${module} has ended: ${complaints.join('')}`));
      });
    });
  const { url } = announcement.parse(await heard());
  return {
    url,
    cpu: async () => {
      const answer = heard();
      child.send('cpu');
      return usage.parse(await answer).cpu;
    },
    stop: async () => {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}

/** Of the process that was started: the address of a server that now listens on a free port of 127.0.0.1. */
export async function listen(server: Server): Promise<string> {
  // Longer than a contestant waits for its turn: a connection that is cut as a request sets out on it is no matter here.
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? String(address?.port) : ''}`;
}

/** Of the process that was started: says that it serves, and ends as soon as the one that started it has heard enough. */
export function announce(url: string): void {
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpu: (user + system) / 1000 });
  });
  process.once('disconnect', () => process.exit());
  process.send?.({ url });
}
