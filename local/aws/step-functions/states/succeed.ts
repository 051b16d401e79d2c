import type { SucceedState } from '../states.ts';
import { type StateExit, succeededExit } from './state-exit.ts';
import type { StateRun } from './state-run.ts';

/**
 * Runs a Succeed state: ends the execution with the state's output.
 *
 * @throws {@link DataFlowError} if the data do not fit the state
 */
export async function runSucceed({
  execution,
  state,
  flow,
  context,
}: StateRun<SucceedState>): Promise<StateExit> {
  const { input, state: name } = execution.position;
  const output = await flow.output(input, await flow.effectiveInput(input, context), context);
  return succeededExit(state.Type, name, output, undefined);
}
