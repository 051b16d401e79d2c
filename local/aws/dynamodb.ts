import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { checkTypes, checkValidations } from 'dynalite/validations/index.js';
import type { Clock } from '../../core/clock.ts';
import type { Faults } from '../kernel/faults.ts';
import type { Store } from '../kernel/store.ts';
import { type Callback, openStorage, type Storage, type Stored } from './dynamodb-storage.ts';
import { arnOf } from './service.ts';
import { jsonWire } from './wire/json-wire.ts';
import { attempt, type Call, faultAnswers, notOffered } from './wire/wire.ts';

export const tableName = 'sallyport-dev';
export const targetPrefix = 'DynamoDB_20120810';

const operations = [
  'BatchGetItem', 'BatchWriteItem', 'DeleteItem', 'DescribeTable', 'DescribeTimeToLive', 'GetItem', 'ListTables', 'PutItem', 'Query', 'Scan', 'UpdateItem',
];

export interface DynamoDb {
  answer(operation: string, request: Request, callOf: (input: unknown) => Pick<Call, 'permit' | 'needs'>): Promise<Response>;
  /** From here on everything is answered as unavailable. */
  close(): void;
}

/** An operation of dynalite's: how its input is checked, and what it does. */
interface Operation {
  readonly validation: { readonly types: object; readonly custom?: unknown };
  readonly run: (storage: Storage, input: object, callback: Callback) => void;
}

/** DynamoDB with Sallyport's table: dynalite's operations, over the twin's own store. */
export function openDynamoDb(store: Store, clock: Clock, faults: Faults): DynamoDb {
  faults.register('dynamodb', operations);
  const tables = store.collection<Stored>('dynamodb-tables');
  const table = tables.get(tableName) ?? describedTable(clock.now());
  tables.put(tableName, table);
  const storage = openStorage(store, new Map([[tableName, table]]));
  const offered = new Map(operations.map((name) => [name, load(name)]));
  let closed = false;

  const run = ({ validation: { types, custom }, run }: Operation, input: unknown): Promise<Stored> => new Promise((resolve, reject) => {
    const checked = checkTypes(input, types);
    checkValidations(checked, types, custom, storage);
    // An item and its place in the index.
    store.together(() => run(storage, checked, (error, output = {}) => { if (error) reject(error); else resolve(output); }));
  });

  return {
    answer: async (name, request, callOf) => {
      const wire = jsonWire(request.headers.get('content-type') ?? 'application/x-amz-json-1.0');
      const operation = offered.get(name);
      if (operation === undefined) return wire.error(notOffered(`dynamodb ${name}`));
      const input: unknown = await request.json();
      const answers = faultAnswers('dynamodb', wire);
      const { permit, needs } = callOf(input);
      return attempt('dynamodb', wire, () => {
        permit('dynamodb', needs);
        return faults.around('dynamodb', name, answers, async () => {
          if (closed) return answers.unavailable();
          try {
            return inJson(200, await run(operation, input));
          } catch (error) {
            if (!isRefusal(error)) throw error;
            return inJson(error.statusCode, error.body);
          }
        });
      });
    },
    close: () => { closed = true; },
  };
}

const inJson = (status: number, body: object): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/x-amz-json-1.0' } });

const require = createRequire(import.meta.url);

function load(name: string): Operation {
  const file = `${name.charAt(0).toLowerCase()}${name.slice(1)}.js`;
  return {
    validation: require(`dynalite/validations/${file}`) as Operation['validation'],
    run: require(`dynalite/actions/${file}`) as Operation['run'],
  };
}

/** dynalite's way to say what DynamoDB refuses an input with. */
interface Refusal extends Error {
  readonly statusCode: number;
  readonly body: object;
}

const isRefusal = (error: unknown): error is Refusal => error instanceof Error && 'statusCode' in error;

/** What resources/table.yml makes, as DescribeTable shows it. */
function describedTable(now: Date): Stored {
  const keys = (hash: string, range: string) => [{ AttributeName: hash, KeyType: 'HASH' }, { AttributeName: range, KeyType: 'RANGE' }];
  const TableArn = arnOf('dynamodb', `table/${tableName}`);
  const sizes = { ItemCount: 0, ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 0, NumberOfDecreasesToday: 0 } };
  const index = (IndexName: string, Projection: object) => ({
    IndexName, IndexArn: `${TableArn}/index/${IndexName}`, IndexStatus: 'ACTIVE', IndexSizeBytes: 0, ...sizes,
    KeySchema: keys(`${IndexName}pk`, `${IndexName}sk`), Projection,
  });
  return {
    TableName: tableName, TableArn, TableId: randomUUID(), TableStatus: 'ACTIVE', CreationDateTime: now.getTime() / 1000,
    BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' }, TableThroughputModeSummary: { TableThroughputMode: 'PAY_PER_REQUEST' },
    AttributeDefinitions: ['pk', 'sk', 'gsi1pk', 'gsi1sk', 'gsi2pk', 'gsi2sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: keys('pk', 'sk'), TableSizeBytes: 0, ...sizes,
    GlobalSecondaryIndexes: [
      index('gsi1', { ProjectionType: 'ALL' }),
      index('gsi2', { ProjectionType: 'INCLUDE', NonKeyAttributes: ['onboardingId', 'ticketNumber'] }),
    ],
  };
}
