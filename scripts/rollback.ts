import { setTimeout } from 'node:timers/promises';
import { executionStatusOf } from '../clients/executions.ts';
import { invoke, run, type Target, target } from '../clients/operator.ts';

/**
 * `npm run rollback -- ONBOARDING`: rolls back whatever a stopped or failed execution left behind, and
 * reports it to the ticket. It works without Step Functions, which can redrive an execution for 14 days only.
 */
const [onboardingId, ...rest] = process.argv.slice(2);
if (onboardingId === undefined || rest.length > 0) {
  console.error('usage: npm run rollback -- ONBOARDING   (its id, e.g. RITM0010001-b2b-onboarding-DEV-1)');
  process.exit(1);
}

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

await run(async () => {
  const where = await target();
  const { is: end, stoppedAt } = await executionStatusOf(where, onboardingId);
  if (['RUNNING', 'SUCCEEDED', 'Rejected', 'RolledBack'].includes(end)) {
    throw new Error(
      `the execution is ${end}; rolled back by hand is what was stopped, timed out, or could not be taken back`,
    );
  }
  if (stoppedAt !== undefined) await waitUntilQuiet(where, stoppedAt);
  await invoke(where, 'finish-rollback', { onboardingId });
  await invoke(where, 'ticket-report', { onboardingId, milestone: 'RolledBack' });
  console.log(`${onboardingId} is rolled back, and the ticket has been told`);
});
