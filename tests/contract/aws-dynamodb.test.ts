import {
  DynamoDBClient,
  DescribeTableCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsCalls } from '../../adapters/aws/errors.ts';
import { Conflict, Defect, Unavailable } from '../../core/errors.ts';
import { tableName } from '../support/deployed.ts';
import {
  type AwsTwin,
  effectUnderFault,
  errorUnderFault,
  readUnderFault,
  startAwsTwin,
} from '../support/aws-twin.ts';

const dynamoDb = awsCalls('dynamodb');
const item = {
  pk: { S: 'TICKET#1' },
  sk: { S: '-' },
  gsi1pk: { S: 'PARTNER#1' },
  gsi1sk: { S: 'a' },
  note: { S: '£' },
};
const key = { pk: { S: 'TICKET#1' }, sk: { S: '-' } };
const put = (client: DynamoDBClient) =>
  dynamoDb.effect('PutItem', () => client.send(new PutItemCommand({ TableName: tableName, Item: item })));
const get = (client: DynamoDBClient) =>
  dynamoDb.read(
    'GetItem',
    async () => (await client.send(new GetItemCommand({ TableName: tableName, Key: key }))).Item,
  );

describe('the table, in the twin', () => {
  let twin: AwsTwin;
  let client: DynamoDBClient;

  beforeAll(async () => {
    twin = await startAwsTwin();
    client = new DynamoDBClient(twin.client);
  });
  afterAll(async () => {
    client.destroy();
    await twin.stop();
  });

  it('is there from the start, with its indexes', async () => {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: tableName }));
    expect(Table?.KeySchema).toEqual([
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ]);
    const indexes = Object.fromEntries(
      (Table?.GlobalSecondaryIndexes ?? []).map(({ IndexName = '', KeySchema, Projection }) => [
        IndexName,
        { KeySchema, Projection },
      ]),
    );
    expect(indexes).toEqual({
      gsi1: {
        KeySchema: [
          { AttributeName: 'gsi1pk', KeyType: 'HASH' },
          { AttributeName: 'gsi1sk', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
      },
      gsi2: {
        KeySchema: [
          { AttributeName: 'gsi2pk', KeyType: 'HASH' },
          { AttributeName: 'gsi2sk', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['onboardingId', 'ticketNumber'] },
      },
    });
    expect(Table?.BillingModeSummary?.BillingMode).toBe('PAY_PER_REQUEST');
  });

  it('gives back what was put, by key and by index', async () => {
    await put(client);
    expect(await get(client)).toEqual(item);
    const { Items } = await client.send(
      new QueryCommand({
        TableName: tableName,
        IndexName: 'gsi1',
        KeyConditionExpression: 'gsi1pk = :partner',
        ExpressionAttributeValues: { ':partner': { S: 'PARTNER#1' } },
      }),
    );
    expect(Items).toEqual([item]);
  });

  it('a failed condition is Conflict', async () => {
    await put(client);
    const again = () =>
      client.send(
        new PutItemCommand({
          TableName: tableName,
          Item: item,
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      );
    await expect(dynamoDb.effect('PutItem', again)).rejects.toThrow(
      new Conflict({ service: 'dynamodb', operation: 'PutItem', detail: 'ConditionalCheckFailedException' }),
    );
  });

  it.each(effectUnderFault)('writing under %s is %s', async (mode, name) => {
    twin.faults.add([{ service: 'dynamodb', operation: 'PutItem', mode, times: 1 }]);
    await expect(put(client)).rejects.toThrow(errorUnderFault(name, 'dynamodb', 'PutItem', mode));
  });

  it.each(readUnderFault)('reading under %s is %s', async (mode, name) => {
    twin.faults.add([{ service: 'dynamodb', operation: 'GetItem', mode, times: 1 }]);
    await expect(get(client)).rejects.toThrow(errorUnderFault(name, 'dynamodb', 'GetItem', mode));
  });

  it('fails only for the partition that a fault names', async () => {
    await put(client);
    const fault = { service: 'dynamodb', operation: 'GetItem', mode: 'reject', times: 1 } as const;
    twin.faults.add([{ ...fault, partition: 'ANOTHER' }]);
    expect(await get(client)).toEqual(item);
    twin.faults.replace([{ ...fault, partition: key.pk.S }]);
    await expect(get(client)).rejects.toThrow(
      new Defect({ service: 'dynamodb', operation: 'GetItem', detail: 'AccessDeniedException' }),
    );
    expect(twin.faults.pending()).toEqual([]);
  });

  it('is unavailable, and nothing worse, once it is closed', async () => {
    const closing = await startAwsTwin();
    const late = new DynamoDBClient(closing.client);
    closing.aws.close();
    await expect(get(late)).rejects.toThrow(
      new Unavailable({ service: 'dynamodb', operation: 'GetItem', detail: 'InternalServerError' }),
    );
    late.destroy();
    await closing.stop();
  });

  it('outlives the process', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sallyport-aws-'));
    const first = await startAwsTwin({}, folder);
    const writer = new DynamoDBClient(first.client);
    await put(writer);
    writer.destroy();
    await first.stop();
    const second = await startAwsTwin({}, folder);
    const reader = new DynamoDBClient(second.client);
    expect(await get(reader)).toEqual(item);
    reader.destroy();
    await second.stop();
    await rm(folder, { recursive: true });
  });
});
