import { type Clock, secondsAfter } from '../clock.ts';
import type { Alerts, Workflows } from './ports.ts';
import {
  type ExecutionRecord,
  type ExecutionRecords,
  intakeName,
  type Stall,
  type Stalls,
  type StepFailure,
  type StepStates,
} from './records.ts';
import type { Reports } from './reports.ts';

/** Whoever asked for the execution is told about a wait that is longer than this. */
const toldAfterSeconds = 5 * 60;
/**
 * The maximum number of stalls in one run, and how many of them are handled in parallel. Each takes several
 * requests.
 */
const maxPerRun = 300;
const parallelism = 10;

interface Dependencies<Subject extends ExecutionRecord> {
  readonly executions: Pick<ExecutionRecords<Subject>, 'find'>;
  readonly steps: Pick<StepStates, 'find'>;
  readonly stalls: Stalls;
  readonly workflows: Pick<Workflows<unknown>, 'isRunning'>;
  readonly reports: Pick<Reports<Subject>, 'waits'>;
  /** The step with which the undo chain begins. */
  readonly lastStep: string;
  readonly alerts: Alerts;
  readonly clock: Clock;
  /** The operators are alerted after this time. */
  readonly operatorsDecideAfterHours: number;
}

/** The counts of one run. */
export interface StallCounts {
  /**
   * The executions that have waited for more than five minutes and are not yet escalated to the operators.
   */
  readonly stalled: number;
  readonly longestStallMinutes: number;
}

/**
 * Reports the executions that wait for a vendor: to whoever asked for them and, after a day, to the operators,
 * each once. The executions go on waiting. Nothing is undone unless an operator does it.
 * @throws the first error, after every report was tried
 */
export async function reportStalls<Subject extends ExecutionRecord>(
  deps: Dependencies<Subject>,
): Promise<StallCounts> {
  const { stalls, clock, operatorsDecideAfterHours } = deps;
  const now = clock.now();
  const escalateBefore = secondsAfter(now, -operatorsDecideAfterHours * 3600);
  const [untold, told] = await Promise.all([
    stalls.list('untold', secondsAfter(now, -toldAfterSeconds)),
    stalls.list('told', escalateBefore),
  ]);
  // A stall is also escalated if nobody could be told, because the ticket desk may be what it waits for.
  const overdue = [...told, ...untold.filter(({ since }) => since < escalateBefore)];
  const onlyToTell = untold.filter((stall) => !overdue.includes(stall));
  const failures = [
    ...(await forEachStall(overdue, (stall) => ifRunning(deps, stall, () => escalate(deps, stall)))),
    ...(await forEachStall(onlyToTell, (stall) =>
      ifRunning(deps, stall, (subject) => tell(deps, stall, subject)),
    )),
  ];
  if (failures.length > 0) throw failures[0];
  const all = [...untold, ...told];
  const longestSince = Math.min(now.getTime(), ...all.map(({ since }) => since.getTime()));
  return { stalled: all.length, longestStallMinutes: Math.floor((now.getTime() - longestSince) / 60_000) };
}

/**
 * Handles the stalls, several in parallel.
 * @returns the errors of those that failed
 */
async function forEachStall(
  stalls: readonly Stall[],
  act: (stall: Stall) => Promise<void>,
): Promise<readonly unknown[]> {
  const left = stalls.slice(0, maxPerRun);
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (let stall = left.shift(); stall !== undefined; stall = left.shift()) {
      await act(stall).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: parallelism }, worker));
  return failures;
}

/**
 * Acts only if the execution still runs. An execution that was stopped leaves its stall behind; that stall is
 * deleted.
 */
async function ifRunning<Subject extends ExecutionRecord>(
  deps: Dependencies<Subject>,
  stall: Stall,
  act: (subject: Subject) => Promise<void>,
): Promise<void> {
  const subject = await deps.executions.find(stall.executionId);
  if (subject === undefined || !(await deps.workflows.isRunning(stall.executionId))) {
    return deps.stalls.forget(stall);
  }
  return act(subject);
}

async function tell<Subject extends ExecutionRecord>(
  deps: Dependencies<Subject>,
  stall: Stall,
  subject: Subject,
): Promise<void> {
  const failure = await failureOf(deps.steps, stall);
  await deps.reports.waits(subject, stall, failure?.service, await isBeingUndone(deps, stall));
  await deps.stalls.advance(stall, 'told');
}

/**
 * Whether the execution is being rolled back. A step that was applied can wait only to be undone, and the undo
 * chain begins with the last step.
 */
async function isBeingUndone(
  { steps, lastStep }: { readonly steps: Pick<StepStates, 'find'>; readonly lastStep: string },
  { executionId, what }: Stall,
): Promise<boolean> {
  if (what === intakeName) return false;
  if ((await steps.find(executionId, what))?.state === 'applied') return true;
  return (await steps.find(executionId, lastStep))?.state === 'undone';
}

async function escalate<Subject extends ExecutionRecord>(
  { steps, stalls, alerts }: Dependencies<Subject>,
  stall: Stall,
): Promise<void> {
  const { executionId, what, since } = stall;
  const failure = await failureOf(steps, stall);
  const sentence = `${what} has waited since ${since.toISOString()}: ${reasonOf(failure)}.`;
  await alerts.raise({ executionId, status: 'Waiting', reasons: [{ code: what, sentence }] });
  await stalls.advance(stall, 'escalated');
}

async function failureOf(
  steps: Pick<StepStates, 'find'>,
  { executionId, what }: Stall,
): Promise<StepFailure | undefined> {
  return what === intakeName ? undefined : (await steps.find(executionId, what))?.failure;
}

const reasonOf = (failure: StepFailure | undefined): string =>
  failure === undefined
    ? 'its turn has not come, or a vendor cannot be asked'
    : `${failure.service} ${failure.operation}: ${failure.detail}`;
