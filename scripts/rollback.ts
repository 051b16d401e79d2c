import { standingOf } from './executions.ts';
import { invoke, run, target } from './operator.ts';

/**
 * `npm run rollback -- ONBOARDING`: takes back what an execution has left that came to no end of its own or
 * could not take everything back, and tells the ticket. It needs no Step Functions, which redrives for 14 days only.
 */
const [onboardingId, ...rest] = process.argv.slice(2);
if (onboardingId === undefined || rest.length > 0) {
  console.error('usage: npm run rollback -- ONBOARDING   (its id, e.g. RITM0010001-b2b-onboarding-DEV-1)');
  process.exit(1);
}

await run(async () => {
  const where = await target();
  const { is: end } = await standingOf(where, onboardingId);
  if (['RUNNING', 'SUCCEEDED', 'Rejected', 'RolledBack'].includes(end)) {
    throw new Error(`the execution is ${end}; rolled back by hand is what was stopped, timed out, or could not be taken back`);
  }
  await invoke(where, 'finish-rollback', { onboardingId });
  await invoke(where, 'ticket-report', { onboardingId, milestone: 'RolledBack' });
  console.log(`${onboardingId} is rolled back, and the ticket has been told`);
});
