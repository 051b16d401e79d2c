import { unmarshall } from '@aws-sdk/util-dynamodb';
import { awsCalls } from './errors.ts';
import { createPlainCalls } from './plain-calls.ts';
import type { Table } from './table.ts';

const dynamodb = awsCalls('dynamodb');
const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'DynamoDB_20120810.GetItem' };

interface Content {
  readonly Item?: Parameters<typeof unmarshall>[0];
}

/**
 * Creates a reader of single items that works without the SDK's client. Only the authorizer uses it. It makes
 * as many attempts as the SDK's client would; see {@link createPlainCalls}.
 */
export function createTableReader({
  tableName,
  requestTimeout,
  env,
}: {
  readonly tableName: string;
  readonly requestTimeout: number;
  readonly env: NodeJS.ProcessEnv;
}): Pick<Table, 'get'> {
  const call = createPlainCalls({ host: 'dynamodb', requestTimeout, attempts: 3, env });
  return {
    get: async <Item>({ pk, sk }: Parameters<Table['get']>[0]) => {
      const body = JSON.stringify({
        TableName: tableName,
        Key: { pk: { S: pk }, sk: { S: sk } },
        ConsistentRead: true,
      });
      const { Item } = await dynamodb.read(
        'GetItem',
        async () => (await call(headers, body, { repeatable: true })) as Content,
      );
      return Item === undefined ? undefined : (unmarshall(Item) as Item);
    },
  };
}
