import type { TwinClock } from '../../kernel/clock.ts';
import { contextOf } from './context-object.ts';
import { type ContextObject, type DataFlow, DataFlowError } from './data-flow.ts';
import type { Execution, Executions, Position } from './executions.ts';
import { type NewEvent, stateExited, taskEnded } from './history.ts';
import type { Machines } from './machines.ts';
import { catcherFor, nextAttempt } from './retries.ts';
import type { TaskFailure, Json, MachineState, TaskState, WaitState } from './states.ts';
import type { Tasks } from './tasks.ts';
import { dueAfter, sleepUntil } from './times.ts';

/** How a state was left: into the next one (or the end), or by a failure; and the events still to be written. */
export type StateExit =
  | { readonly events: readonly NewEvent[]; readonly output: Json; readonly next: string | undefined }
  | { readonly events: readonly NewEvent[]; readonly failure: TaskFailure };

/**
 * Runs the state an execution is in until it leaves it. Rejects with `DataFlowError`, or with the signal's reason
 * when the execution is halted.
 */
export type ExitState = (execution: Execution, signal: AbortSignal) => Promise<StateExit>;

export function createExitState({
  clock,
  machines,
  executions,
  tasks,
}: {
  readonly clock: TwinClock;
  readonly machines: Machines;
  readonly executions: Executions;
  readonly tasks: Tasks;
}): ExitState {
  const contextFor = (execution: Execution, token?: string): ContextObject =>
    contextOf(execution, machines.revision(execution.revision), token);

  const leaveTask = async (
    executionArn: string,
    state: TaskState,
    flow: DataFlow,
    signal: AbortSignal,
  ): Promise<StateExit> => {
    for (;;) {
      const before = executions.get(executionArn);
      if (before.position.task === undefined) {
        if (before.position.wakeAt !== undefined) await sleepUntil(clock, before.position.wakeAt, signal);
        await tasks.schedule(before, state, flow, (token) => contextFor(before, token), signal);
      }
      const decided = await tasks.outcome(executionArn, state, signal);
      signal.throwIfAborted();

      const execution = executions.get(executionArn);
      const { position } = execution;
      // A callback that was accepted at the last moment counts.
      const outcome = position.task?.outcome ?? decided;
      const context = contextFor(execution, position.task?.token);
      const events = [taskEnded(state, outcome)];
      const result = outcome.ok
        ? await outputOf(flow, outcome.output, context, position)
        : { failure: outcome };
      if ('output' in result) {
        return leaving(state.Type, position.state, result.output, nextOf(state), events);
      }

      signal.throwIfAborted();
      const retry = nextAttempt(state.Retry ?? [], position.retries, result.failure, Math.random);
      if (retry !== undefined) {
        executions.record(execution, events, {
          position: {
            ...position,
            task: undefined,
            retries: retry.used,
            wakeAt: dueAfter(clock, retry.seconds),
          },
        });
        continue;
      }
      const { error, cause } = result.failure;
      const catcher = catcherFor(state.Catch ?? [], result.failure);
      if (catcher === undefined) return { events, failure: { error, cause } };
      const output = await flow.caught(
        catcher.ResultPath,
        position.input,
        { Error: error ?? '', Cause: cause ?? '' },
        context,
      );
      return leaving(state.Type, position.state, output, catcher.Next, events);
    }
  };

  const wakeTime = async (
    state: WaitState,
    input: Json,
    flow: DataFlow,
    context: ContextObject,
  ): Promise<number> => {
    const seconds =
      state.SecondsPath === undefined ? state.Seconds : await flow.valueAt(state.SecondsPath, input, context);
    if (typeof seconds === 'number') return dueAfter(clock, seconds);
    const timestamp =
      state.TimestampPath === undefined
        ? state.Timestamp
        : await flow.valueAt(state.TimestampPath, input, context);
    const at = typeof timestamp === 'string' ? Date.parse(timestamp) : NaN;
    if (Number.isNaN(at)) {
      throw new DataFlowError(
        'States.Runtime',
        'The Wait state has neither a number of seconds nor a timestamp.',
        undefined,
      );
    }
    // The time scale shortens times, not moments: whoever named this one read the clock.
    return at;
  };

  return async (execution, signal) => {
    const {
      position: { input, state: name },
    } = execution;
    const { state, flow } = machines.state(execution.revision, name);
    const context = contextFor(execution);
    switch (state.Type) {
      case 'Task':
        return leaveTask(execution.executionArn, state, flow, signal);
      case 'Wait': {
        const wakeAt = execution.position.wakeAt ?? (await wakeTime(state, input, flow, context));
        signal.throwIfAborted();
        executions.record(execution, [], { position: { ...execution.position, wakeAt } });
        await sleepUntil(clock, wakeAt, signal);
        const output = await flow.output(input, await flow.effectiveInput(input, context), context);
        return leaving(state.Type, name, output, nextOf(state));
      }
      case 'Pass': {
        const result = state.Result === undefined ? await flow.effectiveInput(input, context) : state.Result;
        return leaving(state.Type, name, await flow.output(input, result, context), nextOf(state));
      }
      case 'Choice': {
        const { next, output } = await flow.choose(input, context);
        return leaving(state.Type, name, output, next);
      }
      case 'Succeed': {
        const output = await flow.output(input, await flow.effectiveInput(input, context), context);
        return leaving(state.Type, name, output, undefined);
      }
      case 'Fail': {
        const text = async (
          path: string | undefined,
          fixed: string | undefined,
        ): Promise<string | undefined> => {
          const value = path === undefined ? fixed : await flow.valueAt(path, input, context);
          return typeof value === 'string' ? value : undefined;
        };
        return {
          events: [],
          failure: {
            error: await text(state.ErrorPath, state.Error),
            cause: await text(state.CausePath, state.Cause),
          },
        };
      }
    }
  };
}

const nextOf = (state: MachineState): string | undefined => ('Next' in state ? state.Next : undefined);

const leaving = (
  type: Parameters<typeof stateExited>[0],
  name: string,
  output: Json,
  next: string | undefined,
  before: readonly NewEvent[] = [],
): StateExit => ({ events: [...before, stateExited(type, name, output)], output, next });

/** What AWS makes of data that do not fit a state. */
export function failureOf(error: DataFlowError, { state, enteredEventId }: Position): TaskFailure {
  return {
    error: error.name,
    cause: `An error occurred while executing the state '${state}' (entered at the event id #${enteredEventId}). ${error.message}`,
  };
}

/** A result that does not fit may be caught like any other failure. */
async function outputOf(
  flow: DataFlow,
  result: Json,
  context: ContextObject,
  position: Position,
): Promise<{ output: Json } | { failure: TaskFailure }> {
  try {
    return { output: await flow.output(position.input, result, context) };
  } catch (error) {
    if (error instanceof DataFlowError) return { failure: failureOf(error, position) };
    throw error;
  }
}
