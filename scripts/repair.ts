import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { ExecutionStatus } from '../clients/executions.ts';
import { invoke, type Target } from '../clients/operator.ts';

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

/** Lets an execution that waits for its ServiceNow task continue if the task is closed. Says what it found. */
export async function continueIfTaskIsClosed(where: Target, onboardingId: string): Promise<string> {
  // The step looks up the task once more, as it does before it waits.
  await invoke(where, 'ewacs-account', { action: 'apply', onboardingId });
  return (await taskIsClosed(where, onboardingId))
    ? `${onboardingId} goes on: its task is closed`
    : `${onboardingId} waits: its task is still open`;
}

/** Makes record and ticket agree with an execution that has ended. */
export async function recordEnd(where: Target, onboardingId: string): Promise<void> {
  await invoke(where, 'execution-ended', { detail: { name: onboardingId } });
}

/** Repairs records after a lost event. Says what it found. */
export async function reconcile(
  where: Target,
  onboardingId: string,
  { is, waits }: ExecutionStatus,
): Promise<string> {
  if (waits) return continueIfTaskIsClosed(where, onboardingId);
  if (is === 'RUNNING') return `${onboardingId} is at work: there is nothing to reconcile yet`;
  await recordEnd(where, onboardingId);
  return `${onboardingId}: record and ticket say what the execution says`;
}
