import type { PassState } from '../states.ts';
import { nextOf, type StateExit, succeededExit } from './state-exit.ts';
import type { StateRun } from './state-run.ts';

/**
 * Runs a Pass state: returns its fixed `Result`, or its effective input if it has none.
 *
 * @throws {@link DataFlowError} if the data do not fit the state
 */
export async function runPass({ execution, state, flow, context }: StateRun<PassState>): Promise<StateExit> {
  const { input, state: name } = execution.position;
  const result = state.Result === undefined ? await flow.effectiveInput(input, context) : state.Result;
  return succeededExit(state.Type, name, await flow.output(input, result, context), nextOf(state));
}
