import { randomBytes } from 'node:crypto';
import type { TwinClock } from '../../kernel/clock.ts';
import type { Store } from '../../kernel/store.ts';
import { AwsError } from '../service.ts';
import type { Execution, Executions, ScheduledTask } from './executions.ts';
import type { StateOutcome } from './states.ts';
import { dueAfter } from './times.ts';

/**
 * The tokens of tasks that wait for a callback. A token alone gives access to its task, so no error quotes
 * it.
 */
export interface TaskTokens {
  mint(executionArn: string): string;
  /** Resolves when the callback arrives in this process. The outcome has been stored by then. */
  outcome(token: string): Promise<StateOutcome>;
  /** Discards the wait for an outcome that nobody needs any more. */
  forget(token: string): void;
  /**
   * Ends the task with an outcome.
   *
   * @throws `InvalidToken`, `TaskDoesNotExist` or, if the task has ended, `TaskTimedOut`
   */
  settle(token: string, outcome: StateOutcome): void;
  /**
   * Restarts the task's heartbeat period.
   *
   * @throws the same errors as `settle`
   */
  beat(token: string): void;
}

/** Opens the executions whose tasks wait for a callback, by token. */
export const openTaskOwners = (store: Store) =>
  store.collection<{ readonly executionArn: string }>('step-functions-task-tokens');

export function openTaskTokens(store: Store, clock: TwinClock, executions: Executions): TaskTokens {
  const owners = openTaskOwners(store);
  const waiting = new Map<string, (outcome: StateOutcome) => void>();

  const find = (token: string): { execution: Execution; task: ScheduledTask } => {
    if (!/^[A-Za-z0-9+/]{64,}={0,2}$/.test(token)) {
      throw new AwsError('InvalidToken', "Invalid Token: 'Invalid token'");
    }
    const owner = owners.get(token);
    if (owner === undefined) {
      throw new AwsError('TaskDoesNotExist', "Task Does Not Exist: 'Task does not exist'");
    }
    const execution = executions.get(owner.executionArn);
    const { task } = execution.position;
    const over =
      execution.status !== 'RUNNING' ||
      task?.token !== token ||
      task.outcome !== undefined ||
      Math.min(task.dueAt, task.heartbeat?.dueAt ?? Infinity) <= clock.now().getTime();
    if (over) throw new AwsError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
    return { execution, task };
  };
  const update = (execution: Execution, task: ScheduledTask): void => {
    executions.record(execution, [], { position: { ...execution.position, task } });
  };

  return {
    mint: (executionArn) => {
      const token = randomBytes(96).toString('base64');
      owners.put(token, { executionArn });
      return token;
    },
    outcome: (token) =>
      new Promise((resolve) => {
        waiting.set(token, resolve);
      }),
    forget: (token) => {
      waiting.delete(token);
    },
    settle: (token, outcome) => {
      const { execution, task } = find(token);
      update(execution, { ...task, outcome });
      waiting.get(token)?.(outcome);
    },
    beat: (token) => {
      const { execution, task } = find(token);
      if (task.heartbeat === undefined) return;
      const { seconds } = task.heartbeat;
      update(execution, { ...task, heartbeat: { seconds, dueAt: dueAfter(clock, seconds) } });
    },
  };
}
