import { randomUUID } from 'node:crypto';
import type { Deployment, DeployedFunction } from '../deployment/deployment.ts';
import type { TwinClock } from '../kernel/clock.ts';
import { type Faults, functionFaultModes } from '../kernel/faults.ts';
import { asFunction, type FunctionRun } from '../kernel/function-runs.ts';
import { createContext, functionArn, timeOutOf } from './context.ts';
import { inEnvironment } from './environment.ts';
import { exited, notImported, refused, thrown, timedOut } from './errors.ts';
import { createHandlers, type Instance } from './handlers.ts';
import type { Invocation, Lambda } from './lambda.ts';

export interface WarmLambda extends Lambda {
  /** Imports every handler now. Rejects with the name of each that cannot be imported, and why. */
  warm(): Promise<void>;
}

/**
 * Runs the production handlers in this process. As on AWS, events and answers pass through JSON, and a function
 * that takes longer than its time-out ends with `Sandbox.Timedout`; unlike there, what it began then goes on.
 * Faults are set for the service `lambda` and a function's short name.
 */
export function createLambda({ deployment, root, clock, faults }: {
  readonly deployment: Pick<Deployment, 'functions'>;
  readonly root: string;
  readonly clock: TwinClock;
  readonly faults: Faults;
}): WarmLambda {
  const functions = new Map(deployment.functions.map((fn) => [fn.name, fn]));
  const handlers = createHandlers(root);
  faults.register('lambda', [...functions.keys()], functionFaultModes);

  const timeOut = async (fn: DeployedFunction, requestId: string, signal?: AbortSignal): Promise<Invocation> => {
    await clock.sleep(timeOutOf(fn, clock), signal);
    return timedOut(requestId, fn.timeoutSeconds);
  };

  const run = async (fn: DeployedFunction, started: FunctionRun, load: () => Promise<Instance>): Promise<Invocation> => {
    const { requestId, event } = started;
    const over = new AbortController();
    try {
      const { handler, environment } = await load();
      const tooLate = timeOut(fn, requestId, over.signal);
      tooLate.catch(() => undefined);
      const context = createContext(fn, requestId, clock);
      const answer = async (): Promise<Invocation> => ({ ok: true, payload: throughJson(await handler(throughJson(event), context)) });
      return await Promise.race([asFunction(started, () => inEnvironment(environment, answer)), tooLate]);
    } catch (error) {
      return thrown(error);
    } finally {
      over.abort();
    }
  };

  return {
    invoke: async (name, event) => {
      const requestId = randomUUID();
      const fn = functions.get(name);
      if (fn === undefined) return refused('ResourceNotFoundException', `Function not found: ${functionArn(name)}`, 404, requestId);
      const started = { requestId, functionName: name, event };
      const warm = () => run(fn, started, () => handlers.load(fn));
      switch (faults.take('lambda', name, started)) {
        case undefined: return warm();
        case 'cold-start': return run(fn, started, () => handlers.loadAnew(fn));
        case 'import-error': return notImported(requestId);
        case 'fail-before': return exited(requestId);
        case 'fail-after': await warm(); return refused('ServiceException', 'The service had an error.', 500, requestId);
        case 'hang': return timeOut(fn, requestId);
        case 'throttle': return refused('TooManyRequestsException', 'Rate Exceeded.', 429, requestId);
        case 'reject': return refused('AWSLambdaException', 'The service refuses this call.', 400, requestId);
        case 'garbage': await warm(); return { ok: true, payload: '\u0000<<garbage' };
        case 'crash': await warm(); return exited(requestId);
      }
    },

    warm: async () => {
      const failures: { name: string; error: unknown }[] = [];
      for (const fn of functions.values()) {
        await handlers.load(fn).catch((error: unknown) => failures.push({ name: fn.name, error }));
      }
      if (failures.length === 0) return;
      throw new AggregateError(failures.map(({ error }) => error),
        `cannot import ${failures.map(({ name, error }) => `${name} (${String(error)})`).join(', ')}`);
    },
  };
}

const throughJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));
