import * as z from 'zod';
import type { Clock } from '../../../core/clock.ts';
import { operation } from '../operation.ts';
import { AwsError } from '../service.ts';
import type { Execution, Executions } from './executions.ts';
import { executionRedriven } from './history.ts';
import type { Interpreter } from './interpreter.ts';
import { requireExecution } from './requirements.ts';
import { epochSeconds } from './times.ts';

const redrivableFor = 14 * 24 * 60 * 60 * 1000;
const clientTokenLife = 15 * 60 * 1000;
const maxEventsToRedrive = 24_999;

/**
 * Returns AWS's reason why an execution cannot be redriven, or undefined if it can.
 *
 * @param now the current time in epoch milliseconds
 */
export function redriveRefusal(
  { status, stoppedAt = 0, lastEventId }: Execution,
  now: number,
): string | undefined {
  if (status === 'RUNNING' || status === 'SUCCEEDED') return `Execution is ${status} and cannot be redriven`;
  if (now - stoppedAt > redrivableFor) return 'Execution redrivable period exceeded';
  if (lastEventId >= maxEventsToRedrive) return 'Execution history event limit exceeded';
  return undefined;
}

/**
 * Returns the operation RedriveExecution. The state that failed, was aborted or timed out runs again with the
 * same input and no used attempts. It is not entered again.
 */
export function redriveOperations({
  clock,
  executions,
  interpreter,
}: {
  readonly clock: Clock;
  readonly executions: Executions;
  readonly interpreter: Interpreter;
}): Readonly<Record<string, (input: unknown) => unknown>> {
  return {
    RedriveExecution: operation(
      z.object({ executionArn: z.string(), clientToken: z.string().min(1).max(64).optional() }),
      ({ executionArn, clientToken }) => {
        const execution = requireExecution(executions, executionArn);
        const at = clock.now().getTime();
        const earlier = execution.redrives.find(
          (each) => each.clientToken === clientToken && at - each.at < clientTokenLife,
        );
        if (clientToken !== undefined && earlier !== undefined) {
          return { redriveDate: epochSeconds(earlier.at) };
        }
        const refusal = redriveRefusal(execution, at);
        if (refusal !== undefined) {
          throw new AwsError('ExecutionNotRedrivable', `Execution Not Redrivable: '${refusal}'`);
        }
        const { position, redrives } = execution;
        executions.record(execution, [executionRedriven(redrives.length + 1)], {
          status: 'RUNNING',
          stoppedAt: undefined,
          error: undefined,
          cause: undefined,
          redrives: [...redrives, { at, clientToken }],
          position: {
            ...position,
            retries: position.retries.map(() => 0),
            task: undefined,
            wakeAt: undefined,
          },
        });
        interpreter.run(executionArn);
        return { redriveDate: epochSeconds(at) };
      },
    ),
  };
}
