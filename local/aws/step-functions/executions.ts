import type { ExecutionStatus } from '@aws-sdk/client-sfn';
import type { Clock } from '../../../core/clock.ts';
import type { Store } from '../../kernel/store.ts';
import type { NewEvent, StoredEvent } from './history.ts';
import type { Json, StateOutcome } from './states.ts';

/** A task that runs or waits for its callback. Times are epoch milliseconds. */
export interface ScheduledTask {
  readonly parameters: Json;
  /** Only of `.waitForTaskToken`. */
  readonly token?: string | undefined;
  readonly dueAt: number;
  readonly heartbeat?: { readonly seconds: number; readonly dueAt: number } | undefined;
  /** The function has answered; what is left is the callback. */
  readonly submitted: boolean;
  /** What the callback said. */
  readonly outcome?: StateOutcome;
}

/** Where an execution is. Enough to carry on from here in another process. */
export interface Position {
  readonly state: string;
  readonly input: Json;
  readonly enteredAt: number;
  readonly enteredEventId: number;
  /** The attempts each retrier has used. */
  readonly retries: readonly number[];
  /** The end of a Wait state or of a back-off. */
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
  /** By which it was started, if by one. */
  readonly stateMachineVersionArn?: string;
  readonly stateMachineAliasArn?: string;
  readonly revision: string;
  readonly name: string;
  readonly status: Extract<ExecutionStatus, 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED'>;
  /** JSON text, as it was given. */
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
  /** Throws if there is none: for callers that were handed the ARN by this store. */
  get(arn: string): Execution;
  /** In order of start. */
  all(): readonly Execution[];
  event(arn: string, id: number): StoredEvent;
  /** Writes down a new execution. */
  start(execution: Execution, events: readonly NewEvent[]): void;
  /** Writes down what happened, and what it made of the execution, as one. */
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
        // As AWS counts: neither the entry into the first state nor an abortion follows anything.
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
