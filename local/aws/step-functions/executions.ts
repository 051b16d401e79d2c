import type { ExecutionStatus } from '@aws-sdk/client-sfn';
import type { Clock } from '../../../core/clock.ts';
import type { Store } from '../../kernel/store.ts';
import type { NewEvent, StoredEvent } from './history.ts';
import type { Json, StateOutcome } from './states.ts';

/** A task that is running or waiting for its callback. Times are in epoch milliseconds. */
export interface ScheduledTask {
  readonly parameters: Json;
  /** The task token; only tasks with `.waitForTaskToken` have one. */
  readonly token?: string | undefined;
  readonly dueAt: number;
  readonly heartbeat?: { readonly seconds: number; readonly dueAt: number } | undefined;
  /** True once the function has answered and only the callback is outstanding. */
  readonly submitted: boolean;
  /** The outcome that the callback reported. */
  readonly outcome?: StateOutcome;
}

/** Where an execution is. It holds all that another process needs to continue the execution. */
export interface Position {
  readonly state: string;
  readonly input: Json;
  readonly enteredAt: number;
  readonly enteredEventId: number;
  /** The number of attempts that each retrier has used. */
  readonly retries: readonly number[];
  /** The end of a Wait state or of a retry's back-off, in epoch milliseconds. */
  readonly wakeAt?: number | undefined;
  readonly task?: ScheduledTask | undefined;
}

export interface Redrive {
  readonly at: number;
  readonly clientToken: string | undefined;
}

export interface Execution {
  readonly executionArn: string;
  readonly stateMachineArn: string;
  /** The version and the alias that it was started with, if it was started with one. */
  readonly stateMachineVersionArn?: string;
  readonly stateMachineAliasArn?: string;
  readonly revision: string;
  readonly name: string;
  readonly status: Extract<ExecutionStatus, 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED'>;
  /** JSON text, exactly as it was received. */
  readonly input: string;
  readonly startedAt: number;
  readonly stoppedAt?: number | undefined;
  readonly output?: string | undefined;
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
  readonly redrives: readonly Redrive[];
  readonly lastEventId: number;
  readonly position: Position;
}

export interface Executions {
  find(arn: string): Execution | undefined;
  /**
   * Returns the execution with an ARN that this store has returned before.
   *
   * @throws Error if there is no such execution
   */
  get(arn: string): Execution;
  /** Returns all executions in the order in which they started. */
  all(): readonly Execution[];
  event(arn: string, id: number): StoredEvent;
  /** Stores a new execution and its first events. */
  start(execution: Execution, events: readonly NewEvent[]): void;
  /** Stores events and the changes that they make to the execution, in one transaction. */
  record(execution: Execution, events: readonly NewEvent[], changes: Partial<Execution>): Execution;
}

export function openExecutions(
  store: Store,
  clock: Clock,
  onStatusChange: (execution: Execution) => void,
): Executions {
  const executions = store.collection<Execution>('step-functions-executions');
  const events = store.collection<StoredEvent>('step-functions-events');
  const eventKey = (arn: string, id: number): string => `${arn}#${String(id).padStart(5, '0')}`;
  const write = (execution: Execution, happened: readonly NewEvent[]): Execution => {
    const timestamp = clock.now().getTime() / 1000;
    const written = { ...execution, lastEventId: execution.lastEventId + happened.length };
    store.together(() => {
      happened.forEach((event, index) => {
        const id = execution.lastEventId + index + 1;
        // On AWS, the entry into the first state and an abort have no previous event.
        const previousEventId = id <= 2 || event.type === 'ExecutionAborted' ? 0 : id - 1;
        events.put(eventKey(execution.executionArn, id), { ...event, id, previousEventId, timestamp });
      });
      executions.put(execution.executionArn, written);
    });
    return written;
  };

  return {
    find: (arn) => executions.get(arn),
    get: (arn) => {
      const execution = executions.get(arn);
      if (execution === undefined) throw new Error(`no execution ${arn} in the store`);
      return execution;
    },
    all: () => executions.all(),
    event: (arn, id) => {
      const event = events.get(eventKey(arn, id));
      if (event === undefined) throw new Error(`no event ${id} of ${arn} in the store`);
      return event;
    },
    start: (execution, happened) => onStatusChange(write(execution, happened)),
    record: (execution, happened, changes) => {
      const recorded = write({ ...execution, ...changes }, happened);
      if (recorded.status !== execution.status) onStatusChange(recorded);
      return recorded;
    },
  };
}
