import {
  DescribeExecutionCommand,
  type HistoryEvent,
  paginateGetExecutionHistory,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { setTimeout as pause } from 'node:timers/promises';
import { styleText } from 'node:util';
import * as z from 'zod';
import type { Target } from '../clients/operator.ts';

export interface StateVisit {
  readonly name: string;
  readonly enteredAt: Date;
  readonly exitedAt?: Date;
  /** How many attempts failed and were retried or caught. */
  readonly failures: number;
  /** Why the latest attempt failed. Undefined if it succeeded, or if none has ended. */
  readonly reason?: string;
}

export interface ExecutionEnd {
  readonly status: string;
  /** The error of a failed execution. */
  readonly error?: string;
  readonly cause?: string;
}

/** Returns the states that an execution has gone through, in order. */
export function statesOf(history: readonly HistoryEvent[]): readonly StateVisit[] {
  const runs: StateVisit[] = [];
  for (const {
    type = '',
    timestamp = new Date(0),
    stateEnteredEventDetails,
    stateExitedEventDetails,
    taskFailedEventDetails,
    taskTimedOutEventDetails,
  } of history) {
    const last = runs.length - 1;
    const latest = runs[last];
    if (stateEnteredEventDetails?.name !== undefined) {
      runs.push({ name: stateEnteredEventDetails.name, enteredAt: timestamp, failures: 0 });
    } else if (latest === undefined) {
      continue;
    } else if (stateExitedEventDetails !== undefined) {
      runs[last] = { ...latest, exitedAt: timestamp };
    } else if (/^Task(?:Failed|TimedOut)$/u.test(type)) {
      const reason = reasonOf(taskFailedEventDetails ?? taskTimedOutEventDetails ?? {});
      runs[last] = { ...latest, failures: latest.failures + 1, reason };
    } else if (type === 'TaskSucceeded') {
      const { name, enteredAt, failures } = latest;
      runs[last] = { name, enteredAt, failures };
    }
  }
  return runs;
}

const failureCause = z.object({ errorMessage: z.string() });

/** Returns the error of a failed task and the message of the function, without its stack. */
export function reasonOf({ error = 'an error without a name', cause = '' }: TaskFailure): string {
  let message: string = cause;
  try {
    message = failureCause.safeParse(JSON.parse(cause)).data?.errorMessage ?? cause;
  } catch {
    // The cause is a plain sentence, not the JSON of a function.
  }
  return message === '' ? error : `${error}: ${message}`;
}

interface TaskFailure {
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
}

/**
 * Shows an execution until it ends. On a terminal the list refreshes itself; otherwise each state is one
 * plain line.
 * @param whileRunning is called on every poll with the current state; its result is shown
 */
export async function followExecution(
  settings: Target['client'],
  executionArn: string,
  whileRunning: (state: string) => Promise<string | undefined> = () => Promise.resolve(undefined),
): Promise<ExecutionEnd> {
  const client = new SFNClient(settings);
  const show = process.stdout.isTTY ? createRefreshingList() : createPlainLines();
  try {
    for (;;) {
      const {
        status = 'UNKNOWN',
        error,
        cause,
      } = await client.send(new DescribeExecutionCommand({ executionArn }));
      const history: HistoryEvent[] = [];
      for await (const page of paginateGetExecutionHistory({ client }, { executionArn })) {
        history.push(...(page.events ?? []));
      }
      const states = statesOf(history);
      const ended = status !== 'RUNNING';
      show(states, ended, ended ? undefined : await whileRunning(states.at(-1)?.name ?? ''));
      if (ended) {
        return { status, ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
      }
      await pause(process.stdout.isTTY ? 100 : 50);
    }
  } finally {
    client.destroy();
  }
}

type Show = (states: readonly StateVisit[], ended: boolean, note: string | undefined) => void;

function isFailed({ name, exitedAt, reason }: StateVisit, ended: boolean): boolean {
  if (/^(?:Rejected|RolledBack|RollbackIncomplete)$/u.test(name)) return true;
  return reason !== undefined && (ended || exitedAt !== undefined);
}

function markOf(state: StateVisit, ended: boolean): string {
  if (isFailed(state, ended)) return styleText('red', '✗');
  const isRunning = state.exitedAt === undefined && !ended;
  return isRunning ? styleText('yellow', '…') : styleText('green', '✓');
}

/** Returns the line of a state, and below it the reason if the state failed. */
function lineOf(state: StateVisit, ended: boolean): string {
  const { name, enteredAt, exitedAt, failures, reason } = state;
  const until = exitedAt ?? (ended ? enteredAt : new Date());
  const seconds = `${(Math.max(0, until.getTime() - enteredAt.getTime()) / 1000).toFixed(2)} s`;
  const attempts = `  ${failures} failed ${failures === 1 ? 'attempt' : 'attempts'}`;
  const retried = failures === 0 ? '' : styleText('yellow', attempts);
  const line = `  ${markOf(state, ended)} ${name.padEnd(28)} ${seconds.padStart(8)}${retried}`;
  return reason !== undefined && isFailed(state, ended) ? `${line}\n      ${reason}` : line;
}

function createRefreshingList(): Show {
  let shown = 0;
  return (states, ended, note) => {
    const lines = [
      ...states.flatMap((state) => lineOf(state, ended).split('\n')),
      ...(note === undefined ? [] : [`    ${note}`]),
    ];
    // Moves the cursor to where the list begins, and clears everything below.
    if (shown > 0) process.stdout.write(`\u001b[${shown}A\u001b[J`);
    process.stdout.write(lines.map((line) => `${line}\n`).join(''));
    shown = lines.length;
  };
}

function createPlainLines(): Show {
  let printed = 0;
  let noted: string | undefined;
  return (states, ended, note) => {
    const done = states.filter(({ exitedAt }) => ended || exitedAt !== undefined);
    for (const state of done.slice(printed)) process.stdout.write(`${lineOf(state, ended)}\n`);
    printed = Math.max(printed, done.length);
    if (note !== undefined && note !== noted) process.stdout.write(`    ${note}\n`);
    noted = note;
  };
}
