import type { ChoiceState } from '../states.ts';
import { type StateExit, succeededExit } from './state-exit.ts';
import type { StateRun } from './state-run.ts';

/**
 * Runs a Choice state: continues in the state that the first matching rule, or `Default`, names.
 *
 * @throws {@link DataFlowError} if no rule matches, or the data do not fit the state
 */
export async function runChoice({
  execution,
  state,
  flow,
  context,
}: StateRun<ChoiceState>): Promise<StateExit> {
  const { input, state: name } = execution.position;
  const { next, output } = await flow.choose(input, context);
  return succeededExit(state.Type, name, output, next);
}
