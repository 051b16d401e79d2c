import { awsOption, runCommand } from '../local/command-line.ts';
import { requireExecution } from './executions.ts';
import { resolveOnboardingId } from './onboardings.ts';
import { reconcile } from './repair.ts';
import { announceTarget } from './target.ts';

/** `npm run reconcile -- ONBOARDING [--aws]` */
await runCommand(
  {
    name: 'reconcile',
    about:
      'Repairs records after a lost event. It makes record and ticket agree with an execution that has ended.\n' +
      'If the execution waits for its ServiceNow task and the task is closed, it continues.\n' +
      'ONBOARDING is an id or the number of a ticket.',
    operands: ['ONBOARDING'],
    options: awsOption,
  },
  async ({ operands: [named = ''], values }) => {
    const where = await announceTarget(values);
    const onboardingId = await resolveOnboardingId(where, named);
    console.log(await reconcile(where, onboardingId, await requireExecution(where, onboardingId)));
    return 0;
  },
);
