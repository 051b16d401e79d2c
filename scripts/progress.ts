import {
  DescribeExecutionCommand,
  type HistoryEvent,
  paginateGetExecutionHistory,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { setTimeout as pause } from 'node:timers/promises';
import { styleText } from 'node:util';

export interface StateVisit {
  readonly name: string;
  readonly enteredAt: Date;
  readonly exitedAt?: Date;
  /** How many attempts failed and were retried or caught. */
  readonly failures: number;
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
      runs[last] = { ...latest, failures: latest.failures + 1 };
    }
  }
  return runs;
}

/**
 * Shows an execution until it ends. On a terminal the list refreshes itself; otherwise each state is one
 * plain line.
 * @param whileRunning is called on every poll with the current state; its result is shown
 */
export async function followExecution(
  awsUrl: string,
  executionArn: string,
  whileRunning: (state: string) => Promise<string | undefined> = () => Promise.resolve(undefined),
): Promise<ExecutionEnd> {
  const client = new SFNClient({
    endpoint: awsUrl,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'twin', secretAccessKey: 'twin' },
  });
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

function markOf({ name, exitedAt }: StateVisit, ended: boolean): string {
  if (exitedAt === undefined && !ended) return styleText('yellow', '…');
  return /^(?:Rejected|RolledBack)$/u.test(name) ? styleText('red', '✗') : styleText('green', '✓');
}

function lineOf(state: StateVisit, ended: boolean): string {
  const { name, enteredAt, exitedAt, failures } = state;
  const until = exitedAt ?? (ended ? enteredAt : new Date());
  const seconds = `${(Math.max(0, until.getTime() - enteredAt.getTime()) / 1000).toFixed(2)} s`;
  const retried =
    failures === 0
      ? ''
      : styleText('yellow', `  ${failures} failed ${failures === 1 ? 'attempt' : 'attempts'}`);
  return `  ${markOf(state, ended)} ${name.padEnd(28)} ${seconds.padStart(8)}${retried}`;
}

function createRefreshingList(): Show {
  let shown = 0;
  return (states, ended, note) => {
    const lines = [
      ...states.map((state) => lineOf(state, ended)),
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
