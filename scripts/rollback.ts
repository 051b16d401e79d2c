import { setTimeout } from 'node:timers/promises';
import type { ExecutionStatus } from '../clients/executions.ts';
import { invoke, type Target } from '../clients/operator.ts';
import { awsOption, messageOf, runCommand } from '../local/command-line.ts';
import { withoutControls } from './age.ts';
import { findExecution, optionsFor, requireExecution } from './executions.ts';
import { findOnboarding, readRecords, resolveOnboardingId } from './onboardings.ts';
import { announceTarget } from './target.ts';

/**
 * The longest that a function which applies a step may run. Stopping an execution does not stop the function.
 */
const longestStepSeconds = 30;

/** Waits until the step that was running when the execution stopped must have ended. */
async function waitUntilQuiet({ twin }: Target, stoppedAt: Date): Promise<void> {
  const clock =
    twin === undefined
      ? undefined
      : ((await (await fetch(`${twin.gateway}/_twin/clock`)).json()) as {
          readonly now: string;
          readonly timeScale: number;
        });
  const quietAt = stoppedAt.getTime() + (longestStepSeconds * 1000) / (clock?.timeScale ?? 1);
  const wait = quietAt - (clock === undefined ? Date.now() : Date.parse(clock.now));
  if (wait <= 0) return;
  console.log(`waiting ${Math.ceil(wait / 1000)} s: the step that was stopped may still be at work`);
  await setTimeout(wait);
}

/** The statuses of an onboarding that has not ended, or not completely. */
const openStatuses = ['Running', 'Stopped', 'RollbackIncomplete'];

/**
 * Returns the status of the execution. Undefined if Step Functions has forgotten it, and the record shows that
 * there is something to roll back.
 * @throws {Error} if the execution is running, or has ended in a way that leaves nothing to roll back
 */
async function requireStopped(where: Target, onboardingId: string): Promise<ExecutionStatus | undefined> {
  const execution = await findExecution(where, onboardingId);
  if (execution === undefined) {
    const status = (await findOnboarding(where, onboardingId))?.status;
    if (status !== undefined && openStatuses.includes(status)) return undefined;
  }
  const { is } = execution ?? (await requireExecution(where, onboardingId));
  if (['RUNNING', 'SUCCEEDED', 'Rejected', 'RolledBack'].includes(is)) {
    throw new Error(
      `The execution is ${is}. This command rolls back only what was stopped, timed out, or could not be rolled back.`,
    );
  }
  return execution;
}

/** @throws {Error} that names each step that is left, why it is left, and what to do */
async function undoEverything(where: Target, onboardingId: string): Promise<void> {
  try {
    await invoke(where, 'finish-rollback', { onboardingId });
  } catch (error) {
    const { record, steps } = await readRecords(where, onboardingId);
    const reasons = record?.status === 'RollbackIncomplete' ? (record.reasons ?? []) : [];
    const left = steps.flatMap(({ sk: name, state, stalledSince }) => {
      if (state !== 'applied' && state !== 'intended') return [];
      const recorded = reasons.find(({ code }) => code === name)?.sentence;
      const stalled = stalledSince === undefined ? '' : ': its vendor is busy or down';
      return [`  ${withoutControls(recorded ?? `${name} is still ${state}${stalled}`)}`];
    });
    throw new Error(
      [
        `${onboardingId} is not rolled back completely: ${messageOf(error)}`,
        ...left,
        '  What each step may have left, and where: docs/runbooks/rollback-incomplete.md',
        `  Next: remove the cause, then repeat: npm run rollback -- ${onboardingId}${optionsFor(where)}`,
      ].join('\n'),
      { cause: error },
    );
  }
}

/** @throws {Error} that says that only the ticket is left to do, and how */
async function tellTicket(where: Target, onboardingId: string): Promise<void> {
  try {
    await invoke(where, 'ticket-report', { onboardingId, milestone: 'RolledBack' });
  } catch (error) {
    throw new Error(
      `${onboardingId} is rolled back, and its ticket was not told: ${messageOf(error)}\n` +
        `  Next: npm run reconcile -- ${onboardingId}${optionsFor(where)} (docs/runbooks/not-recorded.md)`,
      { cause: error },
    );
  }
}

/** `npm run rollback -- ONBOARDING [--aws]` */
await runCommand(
  {
    name: 'rollback',
    about:
      'Rolls back whatever a stopped or failed execution left behind, and reports it to the ticket.\n' +
      'It works without Step Functions, which can redrive an execution for 14 days only.\n' +
      'ONBOARDING is an id or the number of a ticket.',
    operands: ['ONBOARDING'],
    options: awsOption,
  },
  async ({ operands: [named = ''], values }) => {
    const where = await announceTarget(values);
    const onboardingId = await resolveOnboardingId(where, named);
    const stoppedAt = (await requireStopped(where, onboardingId))?.stoppedAt;
    if (stoppedAt !== undefined) await waitUntilQuiet(where, stoppedAt);
    // Somebody may have redriven it meanwhile.
    await requireStopped(where, onboardingId);
    await undoEverything(where, onboardingId);
    await tellTicket(where, onboardingId);
    console.log(`${onboardingId} is rolled back, and the ticket has been told`);
    return 0;
  },
);
