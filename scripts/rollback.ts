import { DescribeExecutionCommand, paginateListStateMachines, SFNClient } from '@aws-sdk/client-sfn';
import { invoke, run, type Target, target } from './operator.ts';

/**
 * `npm run rollback -- ONBOARDING`: takes back what an execution has left that was stopped by hand or timed
 * out, and tells the ticket. What ended otherwise has undone itself, or is redriven by Step Functions.
 */
const [onboardingId, ...rest] = process.argv.slice(2);
if (onboardingId === undefined || rest.length > 0) {
  console.error('usage: npm run rollback -- ONBOARDING   (its id, e.g. RITM0010001-b2b-onboarding-DEV-1)');
  process.exit(1);
}

/** @throws {Error} if there is none of this name */
async function statusOf({ client, stack }: Target, name: string): Promise<string | undefined> {
  const sfn = new SFNClient(client);
  try {
    for await (const { stateMachines = [] } of paginateListStateMachines({ client: sfn }, {})) {
      const arn = stateMachines.find((machine) => machine.name === `${stack}-onboarding`)?.stateMachineArn;
      if (arn === undefined) continue;
      const executionArn = `${arn.replace(':stateMachine:', ':execution:')}:${name}`;
      return (await sfn.send(new DescribeExecutionCommand({ executionArn }))).status;
    }
    throw new Error(`there is no state machine ${stack}-onboarding`);
  } finally {
    sfn.destroy();
  }
}

await run(async () => {
  const where = await target();
  const status = await statusOf(where, onboardingId);
  if (status !== 'ABORTED' && status !== 'TIMED_OUT') {
    throw new Error(`the execution is ${String(status)}; only one that is ABORTED or TIMED_OUT is rolled back by hand`);
  }
  await invoke(where, 'finish-rollback', { onboardingId });
  await invoke(where, 'ticket-report', { onboardingId, milestone: 'RolledBack' });
  console.log(`${onboardingId} is rolled back, and the ticket has been told`);
});
