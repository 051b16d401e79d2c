import { parentPort, workerData } from 'node:worker_threads';
import type { DeployedFunction } from '../deployment/deployment.ts';
import { createClock } from '../kernel/clock.ts';
import { asFunction, type FunctionRun } from '../kernel/function-runs.ts';
import { setProcessClock } from '../process-clock.ts';
import { createContext, timeOutOf } from './context.ts';
import { inEnvironment } from './environment.ts';
import { thrown, timedOut } from './errors.ts';
import { createHandlers } from './handlers.ts';
import type { Invocation } from './lambda.ts';
import type { FromThread, ThreadData, ToThread } from './messages.ts';

/** The thread that runs the production handlers: see `create-lambda.ts`. */
const { functions, timeScale, offsetSeconds } = workerData as ThreadData;
const clock = createClock(timeScale);
clock.move(offsetSeconds);
setProcessClock(clock);
const handlers = createHandlers();
const functionByName = new Map(functions.map((fn) => [fn.name, fn]));

async function timeOut(fn: DeployedFunction, requestId: string, signal: AbortSignal): Promise<Invocation> {
  await clock.sleep(timeOutOf(fn, clock), signal);
  return timedOut(requestId, fn.timeoutSeconds);
}

async function run(started: FunctionRun, anew: boolean): Promise<Invocation> {
  const { requestId, functionName, event } = started;
  const finished = new AbortController();
  try {
    const fn = functionByName.get(functionName);
    if (fn === undefined) throw new Error(`there is no function ${functionName}`);
    const { handler, environment } = await (anew ? handlers.loadAnew(fn) : handlers.load(fn));
    const timeLimit = timeOut(fn, requestId, finished.signal);
    timeLimit.catch(() => undefined);
    const context = createContext(fn, requestId, clock);
    const answer = async (): Promise<Invocation> => ({
      ok: true,
      payload: (await handler(event, context)) ?? null,
    });
    return await Promise.race([asFunction(started, () => inEnvironment(environment, answer)), timeLimit]);
  } catch (error) {
    return thrown(error);
  } finally {
    // A string serves as the reason, because creating an error takes time.
    finished.abort('over');
  }
}

async function warm(): Promise<string[]> {
  const failures: string[] = [];
  for (const fn of functions) {
    await handlers.load(fn).catch((error: unknown) => failures.push(`${fn.name} (${String(error)})`));
  }
  return failures;
}

const answer = (message: FromThread): void => parentPort?.postMessage(message);

parentPort?.on('message', (message: ToThread) => {
  switch (message.kind) {
    case 'run':
      void run({ ...message, event: JSON.parse(message.event) as unknown }, message.anew).then((invocation) =>
        answer({ kind: 'ended', number: message.number, invocation: JSON.stringify(invocation) }),
      );
      break;
    case 'warm':
      void warm().then((failures) => answer({ kind: 'warmed', number: message.number, failures }));
      break;
    case 'clock':
      clock.move(message.offsetSeconds);
  }
});
