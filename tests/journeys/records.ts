import { DynamoDBClient, paginateScan, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  type ExecutionListItem,
  type HistoryEvent,
  paginateGetExecutionHistory,
  paginateListExecutions,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import { eventually } from '../support/eventually.ts';

/** The URL of the twin's AWS, through which stored data can be read. */

interface Aws {
  readonly aws: string;
}

export const clientOf = (endpoint: string) => ({
  endpoint,
  region: 'eu-west-1',
  credentials: { accessKeyId: 'twin', secretAccessKey: 'twin' },
});

/** Returns every item of the table, in the order of its keys. */
export async function tableItems({ aws }: Aws): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const client = new DynamoDBClient(clientOf(aws));
  const items: Record<string, unknown>[] = [];
  for await (const { Items = [] } of paginateScan(
    { client },
    { TableName: 'sallyport-dev', ConsistentRead: true },
  )) {
    items.push(...Items.map((item) => unmarshall(item)));
  }
  client.destroy();
  const keyOf = ({ pk, sk }: Record<string, unknown>): string => `${String(pk)} ${String(sk)}`;
  return items.toSorted((one, other) => keyOf(one).localeCompare(keyOf(other)));
}

/** Replaces attributes of an item, some of them by null, as somebody with the right to write it could. */
export async function changeItem(
  { aws }: Aws,
  pk: string,
  sk: string,
  attributes: Readonly<Record<string, string | null>>,
): Promise<void> {
  const client = new DynamoDBClient(clientOf(aws));
  const names = Object.keys(attributes);
  await client.send(
    new UpdateItemCommand({
      TableName: 'sallyport-dev',
      Key: { pk: { S: pk }, sk: { S: sk } },
      ConditionExpression: 'attribute_exists(pk)',
      UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}`,
      ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
      ExpressionAttributeValues: Object.fromEntries(
        Object.entries(attributes).map(([name, value]) => [
          `:${name}`,
          value === null ? { NULL: true } : { S: value },
        ]),
      ),
    }),
  );
  client.destroy();
}

export async function executions({ aws }: Aws): Promise<readonly ExecutionListItem[]> {
  const client = new SFNClient(clientOf(aws));
  const found: ExecutionListItem[] = [];
  for await (const page of paginateListExecutions(
    { client },
    { stateMachineArn: 'arn:aws:states:eu-west-1:000000000000:stateMachine:sallyport-dev-onboarding' },
  )) {
    found.push(...(page.executions ?? []));
  }
  client.destroy();
  return found;
}

export async function history({ aws }: Aws, executionArn: string): Promise<readonly HistoryEvent[]> {
  const client = new SFNClient(clientOf(aws));
  const events: HistoryEvent[] = [];
  for await (const page of paginateGetExecutionHistory({ client }, { executionArn })) {
    events.push(...(page.events ?? []));
  }
  client.destroy();
  return events;
}

/** Returns the execution after it has ended. */
export async function ended({ aws }: Aws, executionArn: string): Promise<DescribeExecutionCommandOutput> {
  const client = new SFNClient(clientOf(aws));
  try {
    return await eventually(async () => {
      const execution = await client.send(new DescribeExecutionCommand({ executionArn }));
      return execution.status === 'RUNNING' ? undefined : execution;
    });
  } finally {
    client.destroy();
  }
}

/** How an execution ends, with what Step Functions shows of it. */
export const executionEnds = {
  done: { status: 'SUCCEEDED', error: undefined, cause: undefined },
  rejected: {
    status: 'FAILED',
    error: 'Rejected',
    cause: 'The request was rejected before anything was set up; the ticket holds the reasons.',
  },
  rolledBack: {
    status: 'FAILED',
    error: 'RolledBack',
    cause: 'A step failed and everything that had been set up was rolled back; the ticket says which.',
  },
};

/** Waits until the execution has ended, and returns how. */
export async function endOf(
  urls: Aws,
  executionArn: string,
): Promise<Pick<DescribeExecutionCommandOutput, 'status' | 'error' | 'cause'>> {
  const { status, error, cause } = await ended(urls, executionArn);
  return { status, error, cause };
}

/** Waits until the execution waits for its EWACS task. */
export function awaitsEwacsAccount(urls: Aws, executionArn: string): Promise<HistoryEvent> {
  return eventually(async () =>
    (await history(urls, executionArn)).findLast(({ type }) => type === 'TaskSubmitted'),
  );
}

/** Returns the number of the EWACS task that an onboarding has asked for. */
export const taskNumberOf = async (urls: Aws, onboardingId: string): Promise<string> =>
  (await taskOf(urls, onboardingId)).number;

/** Returns number and id of that task, as ServiceNow's messages name it. */
export async function taskOf(
  urls: Aws,
  onboardingId: string,
): Promise<{ readonly number: string; readonly sys_id: string }> {
  const step = (await tableItems(urls)).find(
    ({ pk, sk }) => pk === `ONBOARDING#${onboardingId}` && sk === 'STEP#ewacs-account',
  );
  return {
    number: z.string().parse(step?.['fact_taskNumber']),
    sys_id: z.string().parse(step?.['fact_taskSysId']),
  };
}
