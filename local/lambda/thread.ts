import { Worker } from 'node:worker_threads';
import type { DeployedFunction } from '../deployment/deployment.ts';
import type { TwinClock } from '../kernel/clock.ts';
import type { FunctionRun } from '../kernel/function-runs.ts';
import type { Invocation } from './lambda.ts';
import type { FromThread, ThreadData, ToThread } from './messages.ts';

/** The thread that the functions run in (`functions-thread.ts`), as the rest of the twin sees it. */
export interface Thread {
  /** Runs a function whose name is known; `anew` in an instance that remembers nothing. */
  run(run: FunctionRun, anew: boolean): Promise<Invocation>;
  /** Imports every handler. Rejects with the name of each that cannot be imported, and why. */
  warm(): Promise<void>;
  close(): Promise<void>;
}

/** Functions and stand-ins share nothing but HTTP, so each has a processor: together they do twice as much in a second. */
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
  const worker = new Worker(new URL('functions-thread.ts', import.meta.url), {
    workerData,
    env: { ...process.env },
  });
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
  // What a function leaves uncaught ends the twin, as it would end Lambda's process.
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
