import type { TwinClock } from '../../../kernel/clock.ts';
import { DataFlowError } from '../data-flow.ts';
import type { Executions } from '../executions.ts';
import type { WaitState } from '../states.ts';
import { dueAfter, sleepUntil } from '../times.ts';
import { nextOf, type StateExit, succeededExit } from './state-exit.ts';
import type { StateRun } from './state-run.ts';

/**
 * Runs a Wait state until its wake time. The wake time is stored before the wait, so that another process can
 * continue the same wait.
 *
 * @throws {@link DataFlowError} if the data do not fit the state; the signal's reason when the execution is
 * halted
 */
export async function runWait(
  run: StateRun<WaitState>,
  { clock, executions }: { readonly clock: TwinClock; readonly executions: Executions },
): Promise<StateExit> {
  const { execution, state, flow, context, signal } = run;
  const { position } = execution;
  const { input, state: name } = position;
  const wakeAt = position.wakeAt ?? (await wakeTime(run, clock));
  signal.throwIfAborted();
  executions.record(execution, [], { position: { ...position, wakeAt } });
  await sleepUntil(clock, wakeAt, signal);
  const output = await flow.output(input, await flow.effectiveInput(input, context), context);
  return succeededExit(state.Type, name, output, nextOf(state));
}

/** Returns the end of the wait, in epoch milliseconds. */
async function wakeTime(
  { execution, state, flow, context }: StateRun<WaitState>,
  clock: TwinClock,
): Promise<number> {
  const { input } = execution.position;
  const seconds =
    state.SecondsPath === undefined ? state.Seconds : await flow.valueAt(state.SecondsPath, input, context);
  if (typeof seconds === 'number') return dueAfter(clock, seconds);
  const timestamp =
    state.TimestampPath === undefined
      ? state.Timestamp
      : await flow.valueAt(state.TimestampPath, input, context);
  const wakeAt = typeof timestamp === 'string' ? Date.parse(timestamp) : NaN;
  if (Number.isNaN(wakeAt)) {
    throw new DataFlowError(
      'States.Runtime',
      'The Wait state has neither a number of seconds nor a timestamp.',
      undefined,
    );
  }
  // The time scale shortens durations only. A timestamp was read from the twin's clock and is used as it is.
  return wakeAt;
}
