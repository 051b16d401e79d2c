import { Worker } from 'node:worker_threads';
import type { DeployedFunction } from '../deployment/deployment.ts';
import type { TwinClock } from '../kernel/clock.ts';
import type { FunctionRun } from '../kernel/function-runs.ts';
import { functionsThread } from '../modules.ts';
import type { Invocation } from './lambda.ts';
import type { FromThread, ThreadData, ToThread } from './messages.ts';

/** The thread that runs the functions (`functions-thread.ts`), as the rest of the twin uses it. */
export interface Thread {
  /**
   * Runs a function that exists.
   *
   * @param anew true to run it in a new instance, which remembers nothing
   */
  run(run: FunctionRun, anew: boolean): Promise<Invocation>;
  /** Imports every handler. Rejects with the name of each one that cannot be imported, and the reason. */
  warm(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts the thread. Functions and stand-ins share only HTTP, so each gets a processor of its own. That
 * doubles their throughput.
 */
export function startThread({
  functions,
  clock,
}: {
  readonly functions: readonly DeployedFunction[];
  readonly clock: TwinClock;
}): Thread {
  const workerData: ThreadData = {
    functions,
    timeScale: clock.timeScale,
    offsetSeconds: clock.offsetSeconds(),
  };
  const worker = new Worker(functionsThread, { workerData, env: { ...process.env } });
  worker.unref();
  const tell = (message: ToThread): void => worker.postMessage(message);
  clock.onMove((offsetSeconds) => tell({ kind: 'clock', offsetSeconds }));

  const runs = new Map<number, (invocation: Invocation) => void>();
  const warmings = new Map<number, (failures: readonly string[]) => void>();
  let number = 0;
  worker.on('message', (message: FromThread) => {
    if (message.kind === 'ended') {
      runs.get(message.number)?.(JSON.parse(message.invocation) as Invocation);
      runs.delete(message.number);
    } else {
      warmings.get(message.number)?.(message.failures);
      warmings.delete(message.number);
    }
  });
  // An uncaught error in a function ends the twin, as it would end Lambda's process.
  worker.on('error', (error) => {
    throw error;
  });

  return {
    run: ({ requestId, functionName, event }, anew) =>
      new Promise((resolve) => {
        number += 1;
        runs.set(number, resolve);
        tell({ kind: 'run', number, requestId, functionName, event: JSON.stringify(event ?? null), anew });
      }),
    warm: async () => {
      const failures = await new Promise<readonly string[]>((resolve) => {
        number += 1;
        warmings.set(number, resolve);
        tell({ kind: 'warm', number });
      });
      if (failures.length > 0) throw new Error(`cannot import ${failures.join(', ')}`);
    },
    close: async () => {
      await worker.terminate();
    },
  };
}
