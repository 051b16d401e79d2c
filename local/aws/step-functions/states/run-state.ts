import type { TwinClock } from '../../../kernel/clock.ts';
import { contextOf } from '../context-object.ts';
import type { ContextObject } from '../data-flow.ts';
import type { Execution, Executions } from '../executions.ts';
import type { Machines } from '../machines.ts';
import type { Tasks } from '../tasks.ts';
import { runChoice } from './choice.ts';
import { runFail } from './fail.ts';
import { runPass } from './pass.ts';
import type { StateExit } from './state-exit.ts';
import { runSucceed } from './succeed.ts';
import { runTask } from './task.ts';
import { runWait } from './wait.ts';

/**
 * Runs the state that an execution is in, and returns how it ended.
 *
 * @throws {@link DataFlowError} if the data do not fit the state; the signal's reason when the execution is
 * halted
 */
export type RunState = (execution: Execution, signal: AbortSignal) => Promise<StateExit>;

/** Creates the function that runs a state according to its type. */
export function createRunState({
  clock,
  machines,
  executions,
  tasks,
}: {
  readonly clock: TwinClock;
  readonly machines: Machines;
  readonly executions: Executions;
  readonly tasks: Tasks;
}): RunState {
  const contextFor = (execution: Execution, token?: string): ContextObject =>
    contextOf(execution, machines.revision(execution.revision), token);

  return async (execution, signal) => {
    const { executionArn, revision, position } = execution;
    const { state, flow } = machines.state(revision, position.state);
    const run = { execution, flow, context: contextFor(execution), signal };
    switch (state.Type) {
      case 'Task':
        return runTask({ executionArn, state, flow, contextFor, signal }, { clock, executions, tasks });
      case 'Wait':
        return runWait({ ...run, state }, { clock, executions });
      case 'Pass':
        return runPass({ ...run, state });
      case 'Choice':
        return runChoice({ ...run, state });
      case 'Succeed':
        return runSucceed({ ...run, state });
      case 'Fail':
        return runFail({ ...run, state });
    }
  };
}
