import { GetExecutionHistoryCommand, type HistoryEvent } from '@aws-sdk/client-sfn';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { startTwinProcess } from '../clients/twin-process.ts';
import type { Figure } from './figure.ts';
import { createOnboarder, type Onboarded } from './onboard.ts';
import { median, quantile } from './rounds.ts';

const rounds = 3;
const onboardings = 100;
/** Onboardings before the measured ones, because the twin is still compiling. */
const warmUp = 30;

interface Round {
  readonly p50: number;
  readonly p95: number;
  /** Milliseconds by state, in the order in which the states were entered. */
  readonly states: ReadonlyMap<string, number>;
  /** From the request to the start of the execution. */
  readonly webhook: number;
  readonly remote: number;
  readonly wire: number;
  /**
   * `ratio` is the whole duration divided by the sum of its remote calls. `share` is the part of the duration
   * with at least one call under way.
   */
  readonly ratio: number;
  readonly share: number;
}

/**
 * Runs one onboarding after the other on a fresh twin, each from posting the request until the execution has
 * ended `Done`, by the machine's clock. The times of states come from the execution's history. Remote calls
 * are all calls that the functions made meanwhile, as `call-times.ts` defines them. The duration is compared
 * with the sum of the calls. For their share, time in which two calls were under way counts once. Figures are
 * medians of the rounds.
 */
export async function figures(): Promise<readonly Figure[]> {
  const measured: Round[] = [];
  for (let round = 0; round < rounds; round += 1) measured.push(await measure());
  const of = (what: (round: Round) => number | undefined): number =>
    median(measured.map((round) => what(round) ?? Number.NaN));
  const p50 = of((round) => round.p50);
  const ratio = of((round) => round.ratio);
  return [
    { name: 'onboarding-p50', value: p50, unit: 'ms', reach: { wanted: '≤ 250 ms', reached: p50 <= 250 } },
    { name: 'onboarding-p95', value: of((round) => round.p95), unit: 'ms' },
    { name: 'onboarding-webhook', value: of((round) => round.webhook), unit: 'ms' },
    ...[...(measured[0]?.states.keys() ?? [])].map((state) => ({
      name: `onboarding-state-${state.replaceAll(/(?<=[a-z])(?=[A-Z])/gu, '-').toLowerCase()}`,
      value: of(({ states }) => states.get(state)),
      unit: 'ms',
    })),
    { name: 'onboarding-remote-calls', value: of((round) => round.remote), unit: 'ms' },
    { name: 'onboarding-remote-calls-on-the-wire', value: of((round) => round.wire), unit: 'ms' },
    { name: 'onboarding-remote-share', value: 100 * of((round) => round.share), unit: '%' },
    {
      name: 'onboarding-over-remote-calls',
      value: ratio,
      unit: 'ratio',
      reach: { wanted: '≤ 1.3', reached: ratio <= 1.3 },
    },
  ];
}

async function measure(): Promise<Round> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
  const callsFile = join(folder, 'calls');
  const twin = await startTwinProcess(join(folder, 'data'), {
    NODE_OPTIONS: `--import=${pathToFileURL(join(import.meta.dirname, 'call-times.ts')).href}`,
    SALLYPORT_BENCH_CALLS: callsFile,
  });
  const onboarder = createOnboarder(twin.urls);
  try {
    for (let index = 0; index < warmUp; index += 1) await onboarder.onboard(index);
    const onboarded: Onboarded[] = [];
    const histories: (readonly HistoryEvent[])[] = [];
    for (let index = warmUp; index < warmUp + onboardings; index += 1) {
      const one = await onboarder.onboard(index);
      const { events = [] } = await onboarder.client.send(
        new GetExecutionHistoryCommand({ executionArn: one.executionArn, maxResults: 1000 }),
      );
      onboarded.push(one);
      histories.push(events);
    }
    await pause(500);
    const calls = readCalls(callsFile);
    const times = onboarded.map(({ postedAt, doneAt }) => doneAt - postedAt);
    const remote = onboarded.map((one) => sumOf(calls, 'call', one));
    return {
      p50: median(times),
      p95: quantile(times, 0.95),
      states: stateTimes(histories),
      webhook: median(onboarded.map(({ postedAt }, at) => timeOf(histories[at]?.[0]) - postedAt)),
      remote: median(remote),
      wire: median(onboarded.map((one) => sumOf(calls, 'wire', one))),
      ratio: median(times.map((time, at) => time / (remote[at] ?? Number.NaN))),
      share: median(onboarded.map((one, at) => covered(calls, one) / (times[at] ?? Number.NaN))),
    };
  } finally {
    onboarder.close();
    await twin.stop();
    rmSync(folder, { recursive: true });
  }
}

const timeOf = (event: HistoryEvent | undefined): number => event?.timestamp?.getTime() ?? Number.NaN;

/** Returns for each state the median time until the next state is entered or the execution ends. */
function stateTimes(histories: readonly (readonly HistoryEvent[])[]): ReadonlyMap<string, number> {
  const times = new Map<string, number[]>();
  for (const events of histories) {
    const entries = events.filter(({ stateEnteredEventDetails }) => stateEnteredEventDetails !== undefined);
    for (const [at, entry] of entries.entries()) {
      const state = entry.stateEnteredEventDetails?.name ?? '';
      times.set(state, [
        ...(times.get(state) ?? []),
        timeOf(entries[at + 1] ?? events.at(-1)) - timeOf(entry),
      ]);
    }
  }
  return new Map([...times].map(([state, all]) => [state, median(all)]));
}

interface Call {
  readonly kind: string;
  readonly start: number;
  readonly end: number;
}

function readCalls(file: string): readonly Call[] {
  const lines = readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' '));
  return lines
    .map(([kind = '', start, end]) => ({ kind, start: Number(start), end: Number(end) }))
    .toSorted((a, b) => a.start - b.start);
}

/** Returns the total time of the calls of a kind between the request and the end. */
function sumOf(calls: readonly Call[], kind: string, { postedAt, doneAt }: Onboarded): number {
  return calls.reduce(
    (sum, call) =>
      call.kind === kind && call.start < doneAt && call.end > postedAt
        ? sum + Math.min(call.end, doneAt) - Math.max(call.start, postedAt)
        : sum,
    0,
  );
}

/** Returns how long at least one call was under way between the request and the end. */
function covered(calls: readonly Call[], { postedAt, doneAt }: Onboarded): number {
  let sum = 0;
  let until = postedAt;
  for (const call of calls) {
    if (call.kind !== 'call' || call.end <= until || call.start >= doneAt) continue;
    const end = Math.min(call.end, doneAt);
    sum += end - Math.max(call.start, until);
    until = end;
  }
  return sum;
}
