import { setTimeout } from 'node:timers/promises';
import { executionStatusOf, type ExecutionStatus } from '../clients/executions.ts';
import { invoke, type Target } from '../clients/operator.ts';
import { awsOption, runCommand } from '../local/command-line.ts';
import { resolveOnboardingId } from './onboardings.ts';
import { announceTarget, describeError } from './target.ts';

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

/** @throws {Error} if the execution is running, or has ended in a way that leaves nothing to roll back */
async function requireStopped(where: Target, onboardingId: string): Promise<ExecutionStatus> {
  const execution = await executionStatusOf(where, onboardingId);
  if (['RUNNING', 'SUCCEEDED', 'Rejected', 'RolledBack'].includes(execution.is)) {
    throw new Error(
      `The execution is ${execution.is}. This command rolls back only what was stopped, timed out, or could not be rolled back.`,
    );
  }
  return execution;
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
    const { stoppedAt } = await requireStopped(where, onboardingId);
    if (stoppedAt !== undefined) await waitUntilQuiet(where, stoppedAt);
    // Somebody may have redriven it meanwhile.
    await requireStopped(where, onboardingId);
    await invoke(where, 'finish-rollback', { onboardingId });
    await invoke(where, 'ticket-report', { onboardingId, milestone: 'RolledBack' });
    console.log(`${onboardingId} is rolled back, and the ticket has been told`);
    return 0;
  },
  describeError,
);
