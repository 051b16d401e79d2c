import { randomBytes } from 'node:crypto';
import type { TwinClock } from '../../kernel/clock.ts';
import type { Store } from '../../kernel/store.ts';
import { AwsError } from '../service.ts';
import type { Execution, Executions, ScheduledTask } from './executions.ts';
import type { StateOutcome } from './states.ts';
import { dueAfter } from './times.ts';

/** The tokens of tasks that wait for a callback. A token is the only key to its task, and is never said in an error. */
export interface TaskTokens {
  mint(executionArn: string): string;
  /** Resolves when the callback comes, in this process; the outcome is in the store by then. */
  outcome(token: string): Promise<StateOutcome>;
  /** Nobody waits for the outcome any more. */
  forget(token: string): void;
  /** Ends the task. Throws `InvalidToken`, `TaskDoesNotExist` or, if it is over, `TaskTimedOut`. */
  settle(token: string, outcome: StateOutcome): void;
  /** Starts the task's heartbeat time anew. Throws as `settle`. */
  beat(token: string): void;
}

/** By token, the execution whose task waits for it. */
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
