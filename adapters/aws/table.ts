import type {
  DeleteItemCommandInput,
  GetItemCommandInput,
  GetItemCommandOutput,
  QueryCommandInput,
  QueryCommandOutput,
  UpdateItemCommandInput,
  UpdateItemCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { awsCalls } from './errors.ts';
import { createPlainCalls } from './plain-calls.ts';

const dynamodb = awsCalls('dynamodb');

export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/**
 * A change of one item. In the expressions, attributes are written `#name` and values `:name`. The values are
 * given here; the names are taken from the expressions.
 */
export interface TableUpdate {
  readonly update: string;
  /** The condition that must hold. Otherwise nothing changes. */
  readonly condition?: string;
  readonly values?: Readonly<Record<string, unknown>>;
  /** Set by those whose role may write some attributes of the item and not read it. They get an empty item. */
  readonly returns?: 'nothing';
}

/**
 * The operations that Sallyport needs of its single table: strongly consistent reads and conditional writes
 * of one item.
 */
export interface Table {
  get<Item>(key: Key): Promise<Item | undefined>;
  /** Returns the items of a partition in the order of their sort keys. */
  query<Item>(pk: string, skPrefix: string): Promise<readonly Item[]>;
  /** Returns up to `limit` items of a partition in the order of their sort keys, page by page. */
  queryUpTo<Item>(pk: string, skPrefix: string, limit: number): Promise<readonly Item[]>;
  /**
   * Returns the first page of pending items in a partition of `gsi2` whose sort key is below the given one,
   * in ascending order. The items hold only the attributes projected into that index, which is eventually
   * consistent.
   */
  queryPending<Item>(gsi2pk: string, below: string): Promise<readonly Item[]>;
  /**
   * Returns up to `limit` items of a partition of `gsi1` whose sort key is above the given one, in ascending
   * order. The index is eventually consistent.
   */
  queryIndexAbove<Item>(gsi1pk: string, above: string, limit: number): Promise<readonly Item[]>;
  /** Returns the item after the change, or undefined if the condition did not hold. */
  update<Item>(key: Key, change: TableUpdate): Promise<Item | undefined>;
  /** Creates an item. Returns false if there already is one. */
  create(key: Key, item: object): Promise<boolean>;
  /** Deletes an item if there is one. Returns false if the condition did not hold. */
  delete(key: Key, condition?: string, values?: Readonly<Record<string, unknown>>): Promise<boolean>;
}

const marshalled = (value: Readonly<Record<string, unknown>>) =>
  marshall(value, { removeUndefinedValues: true });

/** Returns `#name` → `name` for every attribute in the expressions, or undefined if there is none. */
function namesIn(...expressions: readonly (string | undefined)[]): Record<string, string> | undefined {
  const names = expressions.flatMap((expression) => expression?.match(/#\w+/gu) ?? []);
  return names.length === 0 ? undefined : Object.fromEntries(names.map((name) => [name, name.slice(1)]));
}

/** Returns `:name` → value in DynamoDB's format for every given value. */
function valuesOf(values: Readonly<Record<string, unknown>> | undefined) {
  return values === undefined
    ? undefined
    : marshalled(Object.fromEntries(Object.entries(values).map(([name, value]) => [`:${name}`, value])));
}

/** Returns the answer, or `condition failed` if the condition of the write did not hold. */
async function ifHolds<Answer>(send: Promise<Answer>): Promise<Answer | 'condition failed'> {
  try {
    return await send;
  } catch (error) {
    if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return 'condition failed';
    throw error;
  }
}

/** The operations of DynamoDB's API that the table uses. */
interface Operations {
  GetItem(input: GetItemCommandInput): Pick<GetItemCommandOutput, 'Item'>;
  Query(input: QueryCommandInput): Pick<QueryCommandOutput, 'Items' | 'LastEvaluatedKey'>;
  UpdateItem(input: UpdateItemCommandInput): Pick<UpdateItemCommandOutput, 'Attributes'>;
  DeleteItem(input: DeleteItemCommandInput): object;
}

export interface TableOptions {
  readonly tableName: string;
  /** The environment with the AWS_* variables. */
  readonly env: NodeJS.ProcessEnv;
  /** Milliseconds after which an attempt is given up. */
  readonly requestTimeout?: number;
  /** How many attempts are made if errors are transient. */
  readonly attempts?: number;
}

/** The default time limit of an attempt in milliseconds, and the default number of attempts. */
export const usualTries = { requestTimeout: 5000, attempts: 3 };

/** Creates the table without the SDK's client: see {@link createPlainCalls}. */
export function createTable({
  tableName,
  env,
  requestTimeout = usualTries.requestTimeout,
  attempts = usualTries.attempts,
}: TableOptions): Table {
  const send = createPlainCalls({ host: 'dynamodb', requestTimeout, attempts, env });
  const call = async <Name extends keyof Operations>(
    operation: Name,
    input: Parameters<Operations[Name]>[0],
  ): Promise<ReturnType<Operations[Name]>> => {
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${operation}`,
    };
    // Some writes are counters, so they must not be sent more often than their attempts allow.
    const repeatable = operation === 'GetItem' || operation === 'Query';
    return (await send(headers, JSON.stringify(input), { repeatable })) as ReturnType<Operations[Name]>;
  };
  const update = async <Item>(
    key: Key,
    { update: expression, condition, values, returns }: TableUpdate,
  ): Promise<Item | undefined> => {
    const answer = await dynamodb.effect('UpdateItem', () =>
      ifHolds(
        call('UpdateItem', {
          TableName: tableName,
          Key: marshalled({ ...key }),
          ReturnValues: returns === 'nothing' ? 'NONE' : 'ALL_NEW',
          UpdateExpression: expression,
          ConditionExpression: condition,
          ExpressionAttributeNames: namesIn(expression, condition),
          ExpressionAttributeValues: valuesOf(values),
        }),
      ),
    );
    return answer === 'condition failed' ? undefined : (unmarshall(answer.Attributes ?? {}) as Item);
  };

  /** Reads page after page until there are enough items, or no more. */
  async function queryPages<Item>(
    limit: number,
    input: Omit<QueryCommandInput, 'TableName' | 'Limit' | 'ExclusiveStartKey'>,
  ): Promise<readonly Item[]> {
    const items: Item[] = [];
    let from: QueryCommandOutput['LastEvaluatedKey'];
    do {
      const start = from;
      const page = await dynamodb.read('Query', () =>
        call('Query', {
          ...input,
          TableName: tableName,
          Limit: limit - items.length,
          ExclusiveStartKey: start,
        }),
      );
      items.push(...(page.Items ?? []).map((item) => unmarshall(item) as Item));
      from = page.LastEvaluatedKey;
      // DynamoDB also ends a page at its size limit, so a short page does not mean that it was the last.
    } while (from !== undefined && items.length < limit);
    return items;
  }

  return {
    update,

    get: async <Item>(key: Key) => {
      const { Item } = await dynamodb.read('GetItem', () =>
        call('GetItem', {
          TableName: tableName,
          Key: marshalled({ ...key }),
          ConsistentRead: true,
        }),
      );
      return Item === undefined ? undefined : (unmarshall(Item) as Item);
    },

    query: async <Item>(pk: string, skPrefix: string) => {
      const { Items } = await dynamodb.read('Query', () =>
        call('Query', {
          TableName: tableName,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: marshalled({ ':pk': pk, ':prefix': skPrefix }),
        }),
      );
      return (Items ?? []).map((item) => unmarshall(item) as Item);
    },

    queryUpTo: (pk: string, skPrefix: string, limit: number) =>
      queryPages(limit, {
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: marshalled({ ':pk': pk, ':prefix': skPrefix }),
      }),

    queryPending: async <Item>(gsi2pk: string, below: string) => {
      const { Items } = await dynamodb.read('Query', () =>
        call('Query', {
          TableName: tableName,
          IndexName: 'gsi2',
          KeyConditionExpression: 'gsi2pk = :pk AND gsi2sk < :below',
          ExpressionAttributeValues: marshalled({ ':pk': gsi2pk, ':below': below }),
        }),
      );
      return (Items ?? []).map((item) => unmarshall(item) as Item);
    },

    queryIndexAbove: (gsi1pk: string, above: string, limit: number) =>
      queryPages(limit, {
        IndexName: 'gsi1',
        KeyConditionExpression: 'gsi1pk = :pk AND gsi1sk > :above',
        ExpressionAttributeValues: marshalled({ ':pk': gsi1pk, ':above': above }),
      }),

    create: async (key, item) => {
      const names = Object.entries(item)
        .filter(([, value]) => value !== undefined)
        .map(([name]) => name);
      return (
        (await update(key, {
          update: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}`,
          condition: 'attribute_not_exists(pk)',
          values: Object.fromEntries(Object.entries(item)),
        })) !== undefined
      );
    },

    delete: async (key, condition, values) =>
      (await dynamodb.effect('DeleteItem', () =>
        ifHolds(
          call('DeleteItem', {
            TableName: tableName,
            Key: marshalled({ ...key }),
            ConditionExpression: condition,
            ExpressionAttributeNames: namesIn(condition),
            ExpressionAttributeValues: valuesOf(values),
          }),
        ),
      )) !== 'condition failed',
  };
}
