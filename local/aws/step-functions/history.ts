import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { region } from '../service.ts';
import type { TaskFailure, Json, StateOutcome, RunnableState, TaskState } from './states.ts';

/** An event in AWS's format, before it gets its id and time. */
export type NewEvent = Omit<HistoryEvent, 'id' | 'previousEventId' | 'timestamp' | 'type'> & {
  readonly type: NonNullable<HistoryEvent['type']>;
};

/** An event as it is stored. `timestamp` is in epoch seconds. */
export type StoredEvent = NewEvent & {
  readonly id: number;
  readonly previousEventId: number;
  readonly timestamp: number;
};

const whole = { truncated: false };

export const executionStarted = (
  input: string,
  roleArn: string,
  by: { readonly stateMachineVersionArn?: string; readonly stateMachineAliasArn?: string },
): NewEvent => ({
  type: 'ExecutionStarted',
  executionStartedEventDetails: { input, inputDetails: whole, roleArn, ...by },
});

export const executionSucceeded = (output: string): NewEvent => ({
  type: 'ExecutionSucceeded',
  executionSucceededEventDetails: { output, outputDetails: whole },
});

export const executionFailed = (failure: TaskFailure): NewEvent => ({
  type: 'ExecutionFailed',
  executionFailedEventDetails: failure,
});

export const executionAborted = (failure: TaskFailure): NewEvent => ({
  type: 'ExecutionAborted',
  executionAbortedEventDetails: failure,
});

export const executionTimedOut = (): NewEvent => ({
  type: 'ExecutionTimedOut',
  executionTimedOutEventDetails: {},
});

export const executionRedriven = (redriveCount: number): NewEvent => ({
  type: 'ExecutionRedriven',
  executionRedrivenEventDetails: { redriveCount },
});

export const stateEntered = (type: RunnableState['Type'], name: string, input: Json): NewEvent => ({
  type: `${type}StateEntered`,
  stateEnteredEventDetails: { name, input: JSON.stringify(input), inputDetails: whole },
});

export const stateExited = (
  type: Exclude<RunnableState['Type'], 'Fail'>,
  name: string,
  output: Json,
): NewEvent => ({
  type: `${type}StateExited`,
  stateExitedEventDetails: { name, output: JSON.stringify(output), outputDetails: whole },
});

export const taskScheduled = (
  state: TaskState,
  parameters: Json,
  limits: { timeoutInSeconds?: number; heartbeatInSeconds?: number },
): NewEvent => ({
  type: 'TaskScheduled',
  taskScheduledEventDetails: {
    ...resourceOf(state),
    region,
    parameters: JSON.stringify(parameters),
    ...limits,
  },
});

export const taskStarted = (state: TaskState): NewEvent => ({
  type: 'TaskStarted',
  taskStartedEventDetails: resourceOf(state),
});

export const taskSubmitted = (state: TaskState, output: Json): NewEvent => ({
  type: 'TaskSubmitted',
  taskSubmittedEventDetails: { ...resourceOf(state), output: JSON.stringify(output), outputDetails: whole },
});

/** Returns the event TaskSucceeded, TaskFailed or TaskTimedOut. */
export function taskEnded(state: TaskState, outcome: StateOutcome): NewEvent {
  const resource = resourceOf(state);
  if (outcome.ok) {
    return {
      type: 'TaskSucceeded',
      taskSucceededEventDetails: {
        ...resource,
        output: JSON.stringify(outcome.output),
        outputDetails: whole,
      },
    };
  }
  const failure = { ...resource, error: outcome.error, cause: outcome.cause };
  return outcome.timedOut
    ? { type: 'TaskTimedOut', taskTimedOutEventDetails: failure }
    : { type: 'TaskFailed', taskFailedEventDetails: failure };
}

/** Returns the event without inputs, outputs and parameters (`includeExecutionData: false`). */
export function withoutData(event: StoredEvent): StoredEvent {
  return JSON.parse(JSON.stringify(event), (key, value: unknown) =>
    ['input', 'inputDetails', 'output', 'outputDetails', 'parameters'].includes(key) ? undefined : value,
  ) as StoredEvent;
}

/**
 * Splits a task's resource into service and action: `arn:aws:states:::lambda:invoke` becomes `lambda` and
 * `invoke`.
 */
export function resourceOf(state: TaskState): { resourceType: string; resource: string } {
  const [resourceType = '', resource = ''] = state.Resource.split(':').slice(-2);
  return { resourceType, resource };
}
