import { setImmediate as nextTurn } from 'node:timers/promises';
import type { TwinClock } from '../../kernel/clock.ts';
import { DataFlowError } from './data-flow.ts';
import { dataLimitFailure } from './data-limit.ts';
import type { Execution, Executions, Position } from './executions.ts';
import {
  type NewEvent,
  executionFailed,
  executionSucceeded,
  executionTimedOut,
  stateEntered,
} from './history.ts';
import type { Machines } from './machines.ts';
import type { TaskFailure, Json } from './states.ts';
import type { RunState } from './states/run-state.ts';
import { dataFlowFailure, type StateExit } from './states/state-exit.ts';
import { dueAfter, sleepUntil } from './times.ts';

/** AWS's quota for the number of events in an execution's history. */
const maxEvents = 25_000;

/** Moves executions from state to state. Each one continues from its stored position. */
export interface Interpreter {
  /** Continues a running execution, unless the interpreter is already running it. */
  run(executionArn: string): void;
  /** Stops running an execution. A later answer of its function is ignored. */
  halt(executionArn: string): void;
  haltAll(): void;
}

/**
 * Returns the event and the position of an execution that enters a state.
 *
 * @param id the id of the event
 * @param at the time of the entry in epoch milliseconds
 */
export function entry(
  machines: Machines,
  revision: string,
  name: string,
  input: Json,
  id: number,
  at: number,
): { event: NewEvent; position: Position } {
  const { state } = machines.state(revision, name);
  const retries = state.Type === 'Task' ? (state.Retry ?? []).map(() => 0) : [];
  return {
    event: stateEntered(state.Type, name, input),
    position: { state: name, input, enteredAt: at, enteredEventId: id, retries },
  };
}

export function createInterpreter({
  clock,
  machines,
  executions,
  runState,
}: {
  readonly clock: TwinClock;
  readonly machines: Machines;
  readonly executions: Executions;
  readonly runState: RunState;
}): Interpreter {
  const running = new Map<string, AbortController>();
  const now = (): number => clock.now().getTime();

  const halt = (executionArn: string): void => {
    running.get(executionArn)?.abort();
    running.delete(executionArn);
  };

  const fail = (execution: Execution, events: readonly NewEvent[], failure: TaskFailure): void => {
    executions.record(execution, [...events, executionFailed(failure)], {
      status: 'FAILED',
      stoppedAt: now(),
      ...failure,
    });
  };

  const applyExit = (execution: Execution, exit: StateExit): void => {
    if ('failure' in exit) {
      fail(execution, exit.events, exit.failure);
      return;
    }
    const { events, next } = exit;
    const output = JSON.stringify(exit.output);
    const tooLarge = dataLimitFailure(exit.output, execution.position.state);
    if (tooLarge !== undefined) {
      // The last event says that the state was exited, but it failed instead.
      fail(execution, events.slice(0, -1), tooLarge);
      return;
    }
    const entryId = execution.lastEventId + events.length + 1;
    if (next === undefined) {
      executions.record(execution, [...events, executionSucceeded(output)], {
        status: 'SUCCEEDED',
        stoppedAt: now(),
        output,
      });
    } else if (entryId >= maxEvents) {
      fail(execution, [], {
        error: 'States.Runtime',
        cause: `The execution reached the maximum number of history events (${maxEvents}).`,
      });
    } else {
      const { event, position } = entry(machines, execution.revision, next, exit.output, entryId, now());
      executions.record(execution, [...events, event], { position });
    }
  };

  const interpret = async (executionArn: string, signal: AbortSignal): Promise<void> => {
    for (;;) {
      // A machine that loops without waiting must not block the process: it must still answer and be able to
      // stop.
      await nextTurn();
      signal.throwIfAborted();
      const execution = executions.get(executionArn);
      if (execution.status !== 'RUNNING') return;
      const exit = await runState(execution, signal);
      signal.throwIfAborted();
      applyExit(executions.get(executionArn), exit);
    }
  };

  const timeOut = async (
    { executionArn, revision, startedAt, redrives }: Execution,
    signal: AbortSignal,
  ): Promise<void> => {
    const { TimeoutSeconds = Infinity } = machines.revision(revision).definition;
    await sleepUntil(clock, dueAfter(clock, TimeoutSeconds, redrives.at(-1)?.at ?? startedAt), signal);
    executions.record(executions.get(executionArn), [executionTimedOut()], {
      status: 'TIMED_OUT',
      stoppedAt: now(),
    });
    halt(executionArn);
  };

  return {
    run: (executionArn) => {
      if (running.has(executionArn)) return;
      const controller = new AbortController();
      const { signal } = controller;
      running.set(executionArn, controller);
      const runToEnd = async (): Promise<void> => {
        try {
          await Promise.race([
            interpret(executionArn, signal),
            timeOut(executions.get(executionArn), signal),
          ]);
        } catch (error) {
          if (signal.aborted) return;
          const execution = executions.get(executionArn);
          const cause = error instanceof Error ? error.message : String(error);
          fail(
            execution,
            [],
            error instanceof DataFlowError
              ? dataFlowFailure(error, execution.position)
              : { error: 'States.Runtime', cause },
          );
        }
        if (running.get(executionArn) === controller) halt(executionArn);
      };
      void runToEnd();
    },
    halt,
    haltAll: () => {
      for (const executionArn of [...running.keys()]) halt(executionArn);
    },
  };
}
