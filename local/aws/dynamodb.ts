import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { checkTypes, checkValidations } from 'dynalite/validations/index.js';
import * as z from 'zod';
import type { Clock } from '../../core/clock.ts';
import type { Faults } from '../kernel/faults.ts';
import type { Store } from '../kernel/store.ts';
import { type Callback, openStorage, type Storage, type Stored } from './dynamodb-storage.ts';
import { arnOf } from './service.ts';
import { jsonWire } from './wire/json-wire.ts';
import { attempt, type WireCall, faultAnswers, notOffered } from './wire/wire.ts';

export const targetPrefix = 'DynamoDB_20120810';

const operations = [
  'BatchGetItem',
  'BatchWriteItem',
  'DeleteItem',
  'DescribeTable',
  'DescribeTimeToLive',
  'GetItem',
  'ListTables',
  'PutItem',
  'Query',
  'Scan',
  'UpdateItem',
];

type KeySchema = readonly { readonly AttributeName: string; readonly KeyType: 'HASH' | 'RANGE' }[];

/** A table as it is deployed, in CloudFormation's format. */
export interface TableDefinition {
  readonly TableName: string;
  readonly AttributeDefinitions: readonly {
    readonly AttributeName: string;
    readonly AttributeType: 'S' | 'N' | 'B';
  }[];
  readonly KeySchema: KeySchema;
  readonly GlobalSecondaryIndexes: readonly {
    readonly IndexName: string;
    readonly KeySchema: KeySchema;
    readonly Projection: {
      readonly ProjectionType: 'ALL' | 'KEYS_ONLY' | 'INCLUDE';
      readonly NonKeyAttributes?: readonly string[] | undefined;
    };
  }[];
}

export interface DynamoDb {
  answer(
    operation: string,
    request: Request,
    callOf: (input: unknown) => Pick<WireCall, 'permit' | 'needs'>,
  ): Promise<Response>;
  /** Closes the database. All later requests are answered as unavailable. */
  close(): void;
}

/** An operation of dynalite: the validation of its input, and its implementation. */
interface Operation {
  readonly validation: { readonly types: object; readonly custom?: unknown };
  readonly run: (storage: Storage, input: object, callback: Callback) => void;
}

/**
 * Opens DynamoDB with the deployed tables. dynalite implements the operations; the data are in the twin's
 * store.
 */
export function openDynamoDb({
  store,
  clock,
  faults,
  tables,
}: {
  readonly store: Store;
  readonly clock: Clock;
  readonly faults: Faults;
  readonly tables: readonly TableDefinition[];
}): DynamoDb {
  faults.register('dynamodb', operations);
  const created = store.collection<Stored>('dynamodb-tables');
  const described = new Map(
    tables.map((table): [string, Stored] => {
      const description = describedTable(table, created.get(table.TableName) ?? newTable(clock.now()));
      created.put(table.TableName, description);
      return [table.TableName, description];
    }),
  );
  const storage = openStorage(store, described);
  const offered = new Map(operations.map((name) => [name, load(name)]));
  let closed = false;

  const run = ({ validation: { types, custom }, run }: Operation, input: unknown): Promise<Stored> =>
    new Promise((resolve, reject) => {
      const checked = checkTypes(input, types);
      checkValidations(checked, types, custom, storage);
      // An item and its index entries are written in one transaction.
      store.together(() =>
        run(storage, checked, (error, output = {}) => {
          if (error) reject(error);
          else resolve(output);
        }),
      );
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
        const effect = async (): Promise<Response> => {
          if (closed) return answers.unavailable();
          try {
            return inJson(200, await run(operation, input));
          } catch (error) {
            if (!isRefusal(error)) throw error;
            return inJson(error.statusCode, error.body);
          }
        };
        return faults.around('dynamodb', name, answers, effect, { partition: partitionOf(input) });
      });
    },
    close: () => {
      closed = true;
    },
  };
}

const aboutOneItem = z.object({ Key: z.object({ pk: z.object({ S: z.string() }) }) });
/** Returns the partition of the item that a request is about, or undefined if it is about several items. */
const partitionOf = (input: unknown): string | undefined => aboutOneItem.safeParse(input).data?.Key.pk.S;

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

/** The error with which dynalite reports DynamoDB's refusal of an input. */
interface Refusal extends Error {
  readonly statusCode: number;
  readonly body: object;
}

const isRefusal = (error: unknown): error is Refusal => error instanceof Error && 'statusCode' in error;

/** The properties that a table keeps from its creation on. */
const newTable = (now: Date): Stored => ({ TableId: randomUUID(), CreationDateTime: now.getTime() / 1000 });

/** Returns the table as DescribeTable shows it. */
function describedTable(
  { TableName, AttributeDefinitions, KeySchema, GlobalSecondaryIndexes }: TableDefinition,
  created: Stored,
): Stored {
  const TableArn = arnOf('dynamodb', `table/${TableName}`);
  const sizes = {
    ItemCount: 0,
    ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 0, NumberOfDecreasesToday: 0 },
  };
  return {
    TableName,
    TableArn,
    TableId: created['TableId'],
    TableStatus: 'ACTIVE',
    CreationDateTime: created['CreationDateTime'],
    BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    TableThroughputModeSummary: { TableThroughputMode: 'PAY_PER_REQUEST' },
    AttributeDefinitions,
    KeySchema,
    TableSizeBytes: 0,
    ...sizes,
    GlobalSecondaryIndexes: GlobalSecondaryIndexes.map((index) => ({
      ...index,
      IndexArn: `${TableArn}/index/${index.IndexName}`,
      IndexStatus: 'ACTIVE',
      IndexSizeBytes: 0,
      ...sizes,
    })),
  };
}
