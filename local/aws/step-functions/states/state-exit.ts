import type { DataFlowError } from '../data-flow.ts';
import type { Position } from '../executions.ts';
import { type NewEvent, stateExited } from '../history.ts';
import type { Json, MachineState, RunnableState, TaskFailure } from '../states.ts';

/**
 * How a state ended, and the history events that are still to be written. Without a failure, the execution
 * continues in the state `next`; if `next` is undefined, the execution succeeds with `output`.
 */
export type StateExit =
  | { readonly events: readonly NewEvent[]; readonly output: Json; readonly next: string | undefined }
  | { readonly events: readonly NewEvent[]; readonly failure: TaskFailure };

/** Returns the name of the state's `Next` field, or undefined if the state ends the execution. */
export function nextOf(state: MachineState): string | undefined {
  return 'Next' in state ? state.Next : undefined;
}

/**
 * Returns the exit of a state that succeeded. The `…StateExited` event comes last.
 *
 * @param earlierEvents events of the state that have not been written yet
 */
export function succeededExit(
  type: Exclude<RunnableState['Type'], 'Fail'>,
  name: string,
  output: Json,
  next: string | undefined,
  earlierEvents: readonly NewEvent[] = [],
): StateExit {
  return { events: [...earlierEvents, stateExited(type, name, output)], output, next };
}

/** Returns the failure that AWS reports if a state's input, path or result does not fit. */
export function dataFlowFailure(error: DataFlowError, { state, enteredEventId }: Position): TaskFailure {
  return {
    error: error.name,
    cause: `An error occurred while executing the state '${state}' (entered at the event id #${enteredEventId}). ${error.message}`,
  };
}
