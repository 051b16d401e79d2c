import type { StateMachine, StateMachineDefinition } from 'aws-local-stepfunctions';

/** A JSON document, as states hand it on. */
export type Json = Parameters<StateMachine['run']>[0];

export type State = StateMachineDefinition['States'][string];
export type TaskState = Extract<State, { Type: 'Task' }>;
export type WaitState = Extract<State, { Type: 'Wait' }>;
/** The states that the twin runs. */
export type RunnableState = Exclude<State, { Type: 'Parallel' | 'Map' }>;

export const isRunnable = (state: State): state is RunnableState => state.Type !== 'Parallel' && state.Type !== 'Map';

/** What went wrong in a state: the names that Retry, Catch and the history use. A refused callback may leave both out. */
export interface Failure {
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
}

/** How a task ended. */
export type Outcome =
  | { readonly ok: true; readonly output: Json }
  | { readonly ok: false; readonly timedOut: boolean } & Failure;

/** Parses JSON text; throws a SyntaxError if it is none. */
export function parseJson(text: string): Json {
  return JSON.parse(text) as Json;
}

const resources = ['arn:aws:states:::lambda:invoke', 'arn:aws:states:::lambda:invoke.waitForTaskToken'];

/**
 * Throws if the definition uses a part of the language that the twin does not run: better a twin that does not
 * start than one that does something else than AWS.
 */
export function requireRunnable(machine: string, definition: StateMachineDefinition): void {
  const refuse = (what: string, allowed: string): never => {
    throw new Error(`state machine ${machine}: ${what}; the twin runs ${allowed}`);
  };
  if (JSON.stringify(definition).includes('"QueryLanguage":"JSONata"')) refuse('it uses JSONata', 'JSONPath only');
  for (const [name, state] of Object.entries(definition.States)) {
    if (!isRunnable(state)) refuse(`state ${name} is of type ${state.Type}`, 'Task, Choice, Pass, Wait, Succeed and Fail states');
    if (state.Type === 'Task' && !resources.includes(state.Resource)) {
      refuse(`state ${name} has the resource ${state.Resource}`, resources.join(' and '));
    }
  }
}
