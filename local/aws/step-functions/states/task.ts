import type { TwinClock } from '../../../kernel/clock.ts';
import { type ContextObject, type DataFlow, DataFlowError } from '../data-flow.ts';
import type { Execution, Executions, Position } from '../executions.ts';
import { taskEnded } from '../history.ts';
import { catcherFor, nextAttempt } from '../retries.ts';
import type { Json, TaskFailure, TaskState } from '../states.ts';
import type { Tasks } from '../tasks.ts';
import { dueAfter, sleepUntil } from '../times.ts';
import { dataFlowFailure, nextOf, type StateExit, succeededExit } from './state-exit.ts';

/** A Task state to be run. */
export interface TaskRun {
  readonly executionArn: string;
  readonly state: TaskState;
  readonly flow: DataFlow;
  /** Returns the context object (`$$`) of an execution, with the task token if there is one. */
  readonly contextFor: (execution: Execution, token?: string) => ContextObject;
  readonly signal: AbortSignal;
}

/**
 * Runs a Task state until an attempt succeeds, or until a failure is neither retried nor caught. Each attempt
 * is stored before it starts, so that another process can continue it.
 *
 * @throws {@link DataFlowError} if the data do not fit the state; the signal's reason when the execution is
 * halted
 */
export async function runTask(
  { executionArn, state, flow, contextFor, signal }: TaskRun,
  {
    clock,
    executions,
    tasks,
  }: { readonly clock: TwinClock; readonly executions: Executions; readonly tasks: Tasks },
): Promise<StateExit> {
  for (;;) {
    const before = executions.get(executionArn);
    if (before.position.task === undefined) {
      if (before.position.wakeAt !== undefined) await sleepUntil(clock, before.position.wakeAt, signal);
      await tasks.schedule(before, state, flow, (token) => contextFor(before, token), signal);
    }
    const firstOutcome = await tasks.outcome(executionArn, state, signal);
    signal.throwIfAborted();

    const execution = executions.get(executionArn);
    const { position } = execution;
    // A callback that was accepted just before a time-out takes precedence over it.
    const outcome = position.task?.outcome ?? firstOutcome;
    const context = contextFor(execution, position.task?.token);
    const events = [taskEnded(state, outcome)];
    const result = outcome.ok
      ? await outputOf(flow, outcome.output, context, position)
      : { failure: outcome };
    if ('output' in result) {
      return succeededExit(state.Type, position.state, result.output, nextOf(state), events);
    }

    signal.throwIfAborted();
    const retry = nextAttempt(state.Retry ?? [], position.retries, result.failure, Math.random);
    if (retry !== undefined) {
      const wakeAt = dueAfter(clock, retry.seconds);
      executions.record(execution, events, {
        position: { ...position, task: undefined, retries: retry.used, wakeAt },
      });
      continue;
    }
    const { error, cause } = result.failure;
    const catcher = catcherFor(state.Catch ?? [], result.failure);
    if (catcher === undefined) return { events, failure: { error, cause } };
    const errorOutput = { Error: error ?? '', Cause: cause ?? '' };
    const output = await flow.caught(catcher.ResultPath, position.input, errorOutput, context);
    return succeededExit(state.Type, position.state, output, catcher.Next, events);
  }
}

/**
 * Returns the state's output, or a failure if the result does not fit the state. Retry and Catch may handle
 * the failure.
 */
async function outputOf(
  flow: DataFlow,
  result: Json,
  context: ContextObject,
  position: Position,
): Promise<{ output: Json } | { failure: TaskFailure }> {
  try {
    return { output: await flow.output(position.input, result, context) };
  } catch (error) {
    if (error instanceof DataFlowError) return { failure: dataFlowFailure(error, position) };
    throw error;
  }
}
