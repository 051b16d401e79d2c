import { invoke, run, target } from './operator.ts';

/**
 * `npm run reconcile -- ONBOARDING`: makes record and ticket agree with an execution that has ended, as Step
 * Functions' own event should have done. One that is still running is left alone.
 */
const [onboardingId, ...rest] = process.argv.slice(2);
if (onboardingId === undefined || rest.length > 0) {
  console.error('usage: npm run reconcile -- ONBOARDING   (its id, e.g. RITM0010001-b2b-onboarding-DEV-1)');
  process.exit(1);
}
await run(async () => {
  await invoke(await target(), 'execution-ended', { detail: { name: onboardingId } });
  console.log(`${onboardingId}: record and ticket say what the execution says`);
});
