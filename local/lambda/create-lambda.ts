import { randomUUID } from 'node:crypto';
import type { DeployedFunction } from '../deployment/deployment.ts';
import type { TwinClock } from '../kernel/clock.ts';
import { type Faults, functionFaultModes } from '../kernel/faults.ts';
import { asFunction, type FunctionRun, noteTimedOut } from '../kernel/function-runs.ts';
import { functionArn, timeOutOf } from './context.ts';
import { answerTooLarge, exited, isTimeOut, notImported, refused, timedOut } from './errors.ts';
import type { Invocation, Lambda } from './lambda.ts';
import { startThread } from './thread.ts';

export interface WarmLambda extends Lambda {
  /** Imports every handler. Rejects with the name of each one that cannot be imported, and the reason. */
  warm(): Promise<void>;
  /** Stops the functions, even those that are running. */
  close(): Promise<void>;
}

/**
 * Creates the Lambda service, which runs the production handlers in a separate thread. As on AWS, events and
 * answers pass through JSON, and a function that exceeds its time-out ends with `Sandbox.Timedout`. Its code
 * continues in the thread, but no later request of it reaches anybody. Faults are set for the service `lambda` and a function's short
 * name.
 */
export function createLambda({
  functions: deployed,
  clock,
  faults,
}: {
  readonly functions: readonly DeployedFunction[];
  readonly clock: TwinClock;
  readonly faults: Faults;
}): WarmLambda {
  const functions = new Map(deployed.map((fn) => [fn.name, fn]));
  const thread = startThread({ functions: deployed, clock });
  faults.register('lambda', [...functions.keys()], functionFaultModes);

  return {
    invoke: async (name, event) => {
      const requestId = randomUUID();
      const fn = functions.get(name);
      if (fn === undefined) {
        return refused(
          'ResourceNotFoundException',
          `Function not found: ${functionArn(name)}:$LATEST`,
          404,
          requestId,
        );
      }
      const started: FunctionRun = { requestId, functionName: name, event };
      const run = async (anew: boolean): Promise<Invocation> => {
        const invocation = await asFunction(started, () => thread.run(started, anew));
        if (isTimeOut(invocation)) noteTimedOut(requestId);
        return invocation;
      };
      switch (faults.take('lambda', name, { run: started })) {
        case undefined:
          return run(false);
        case 'cold-start':
          return run(true);
        case 'import-error':
          return notImported(requestId);
        case 'too-large-for-lambda':
          await run(false);
          return answerTooLarge;
        case 'too-large-for-states':
          await run(false);
          return { ok: true, payload: 'x'.repeat(262_144) };
        case 'deploying':
          return refused('ResourceConflictException', pending(name), 409, requestId);
        case 'fail-before':
          return exited(requestId);
        case 'fail-after':
          await run(false);
          return refused('ServiceException', 'The service had an error.', 500, requestId);
        case 'hang':
          await clock.sleep(timeOutOf(fn, clock));
          return timedOut(requestId, fn.timeoutSeconds);
        case 'throttle':
          return refused('TooManyRequestsException', 'Rate Exceeded.', 429, requestId);
        case 'reject':
          return refused('AWSLambdaException', 'The service refuses this call.', 400, requestId);
        case 'garbage':
          await run(false);
          return { ok: true, payload: '\u0000<<garbage' };
        case 'crash':
          await run(false);
          return exited(requestId);
      }
    },
    warm: () => thread.warm(),
    close: () => thread.close(),
  };
}

const pending = (name: string): string =>
  `The operation cannot be performed at this time. The function is currently in the following state: Pending (${functionArn(name)})`;
