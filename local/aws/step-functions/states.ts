import type { StateMachine, StateMachineDefinition } from 'aws-local-stepfunctions';

/** A JSON document that is passed from state to state. */
export type Json = Parameters<StateMachine['run']>[0];

export type MachineState = StateMachineDefinition['States'][string];
export type TaskState = Extract<MachineState, { Type: 'Task' }>;
export type WaitState = Extract<MachineState, { Type: 'Wait' }>;
export type PassState = Extract<MachineState, { Type: 'Pass' }>;
export type ChoiceState = Extract<MachineState, { Type: 'Choice' }>;
export type SucceedState = Extract<MachineState, { Type: 'Succeed' }>;
export type FailState = Extract<MachineState, { Type: 'Fail' }>;
/** The states that the twin supports. */
export type RunnableState = Exclude<MachineState, { Type: 'Parallel' | 'Map' }>;

export const isRunnable = (state: MachineState): state is RunnableState =>
  state.Type !== 'Parallel' && state.Type !== 'Map';

/**
 * The error name and cause of a failure, as Retry, Catch and the history use them. SendTaskFailure may omit
 * both.
 */
export interface TaskFailure {
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
}

/** How a task ended. */
export type StateOutcome =
  | { readonly ok: true; readonly output: Json }
  | ({ readonly ok: false; readonly timedOut: boolean } & TaskFailure);

/**
 * Parses JSON text.
 *
 * @throws SyntaxError if the text is not JSON
 */
export function parseJson(text: string): Json {
  return JSON.parse(text) as Json;
}
