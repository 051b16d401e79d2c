import type { ContextObject, DataFlow } from '../data-flow.ts';
import type { Execution } from '../executions.ts';
import type { RunnableState } from '../states.ts';

/** One run of the state that an execution is in. */
export interface StateRun<State extends RunnableState> {
  readonly execution: Execution;
  readonly state: State;
  readonly flow: DataFlow;
  /** The context object (`$$`) of the execution, without a task token. */
  readonly context: ContextObject;
  /** Aborted when the execution is halted. */
  readonly signal: AbortSignal;
}
