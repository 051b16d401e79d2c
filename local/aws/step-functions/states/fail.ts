import type { FailState } from '../states.ts';
import type { StateExit } from './state-exit.ts';
import type { StateRun } from './state-run.ts';

/**
 * Runs a Fail state: ends the execution with the error and the cause that the state names.
 *
 * @throws {@link DataFlowError} if `ErrorPath` or `CausePath` does not fit the state's input
 */
export async function runFail({ execution, state, flow, context }: StateRun<FailState>): Promise<StateExit> {
  const { input } = execution.position;
  const textOf = async (path: string | undefined, fixed: string | undefined): Promise<string | undefined> => {
    const value = path === undefined ? fixed : await flow.valueAt(path, input, context);
    return typeof value === 'string' ? value : undefined;
  };
  const error = await textOf(state.ErrorPath, state.Error);
  const cause = await textOf(state.CausePath, state.Cause);
  return { events: [], failure: { error, cause } };
}
