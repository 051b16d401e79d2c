import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { invoke, run, target } from '../clients/operator.ts';
import { followExecution } from './progress.ts';
import { describeRefusal } from '../clients/webhook.ts';

/**
 * `npm run redrive -- ONBOARDING [--input FILE]`: starts a new attempt for a ticket whose last one was
 * rejected or rolled back. It uses the same input or a corrected one. After any other end, Step Functions
 * redrives the execution.
 */
const {
  positionals: [onboardingId, ...rest],
  values: { input },
} = parseArgs({ allowPositionals: true, options: { input: { type: 'string' } } });
if (onboardingId === undefined || rest.length > 0) {
  console.error(
    'usage: npm run redrive -- ONBOARDING [--input FILE]   (its id, and a request like those in events/samples)',
  );
  process.exit(1);
}
await run(async () => {
  const where = await target();
  const answer = (await invoke(where, 'redrive', {
    onboardingId,
    ...(input !== undefined && { input: readFileSync(input, 'utf8') }),
  })) as
    { readonly onboardingId: string; readonly executionArn: string } | { readonly faults: readonly object[] };
  if ('faults' in answer) {
    throw new Error(
      describeRefusal({
        status: 422,
        body: { title: `${String(input)} breaks the rules listed here.`, errors: answer.faults },
      }),
    );
  }
  console.log(`${answer.onboardingId} is a new attempt`);
  if (where.twin === undefined) return;
  const { status, error } = await followExecution(where.twin.aws, answer.executionArn);
  console.log(`${status}${error === undefined ? '' : ` ${error}`}`);
  if (status !== 'SUCCEEDED') process.exitCode = 1;
});
