import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { executionStatusOf } from '../clients/executions.ts';
import { invoke, run, type Target, target } from '../clients/operator.ts';

/**
 * `npm run reconcile -- ONBOARDING`: repairs records after a lost event. It makes record and ticket agree
 * with an execution that has ended. If the execution waits for its ServiceNow task and the task is closed, it
 * continues.
 */
const [onboardingId, ...rest] = process.argv.slice(2);
if (onboardingId === undefined || rest.length > 0) {
  console.error('usage: npm run reconcile -- ONBOARDING   (its id, e.g. RITM0010001-b2b-onboarding-DEV-1)');
  process.exit(1);
}

async function taskIsClosed({ client, stack }: Target, onboardingId: string): Promise<boolean> {
  const table = new DynamoDBClient(client);
  const { Item } = await table.send(
    new GetItemCommand({
      TableName: stack,
      ConsistentRead: true,
      Key: { pk: { S: `ONBOARDING#${onboardingId}` }, sk: { S: 'STEP#ewacs-account' } },
      ProjectionExpression: 'fact_closedState',
    }),
  );
  table.destroy();
  return Item?.['fact_closedState'] !== undefined;
}

await run(async () => {
  const where = await target();
  const { is, waits } = await executionStatusOf(where, onboardingId);
  if (waits) {
    // The step looks up the task once more, as it does before it waits.
    await invoke(where, 'ewacs-account', { action: 'apply', onboardingId });
    console.log(
      `${onboardingId} ${(await taskIsClosed(where, onboardingId)) ? 'goes on: its task is closed' : 'waits: its task is still open'}`,
    );
    return;
  }
  if (is === 'RUNNING') {
    console.log(`${onboardingId} is at work: there is nothing to reconcile yet`);
    return;
  }
  await invoke(where, 'execution-ended', { detail: { name: onboardingId } });
  console.log(`${onboardingId}: record and ticket say what the execution says`);
});
