import { createRequire } from 'node:module';
import { checkTypes, checkValidations } from 'dynalite/validations/index.js';
import * as z from 'zod';
import type { TableDefinition } from '../aws/dynamodb.ts';
import { arnOf } from '../aws/service.ts';
import type { Need } from './role.ts';

const attributeValue = z
  .union([
    z.object({ S: z.string() }).transform(({ S }) => S),
    z.object({ N: z.string() }).transform(({ N }) => N),
    z.object({ B: z.string() }).transform(({ B }) => B),
  ])
  .optional()
  .catch(undefined);
const item = z.record(z.string(), attributeValue);

const projection = z.object({
  ProjectionExpression: z.string().optional(),
  AttributesToGet: z.array(z.string()).optional(),
  ExpressionAttributeNames: z.record(z.string(), z.string()).default({}),
});
type Projection = z.infer<typeof projection>;

const request = z.object({
  ...projection.shape,
  UpdateExpression: z.string().optional(),
  ConditionExpression: z.string().optional(),
  TableName: z.string().optional(),
  IndexName: z.string().optional(),
  Select: z.string().optional(),
  ReturnValues: z.string().optional(),
  Key: item.optional(),
  Item: item.optional(),
});
const keys = z.object({ Keys: z.array(item), ...projection.shape });
const batchGet = z.object({ RequestItems: z.record(z.string(), keys) });
const write = z.object({
  PutRequest: z.object({ Item: item }).optional(),
  DeleteRequest: z.object({ Key: item }).optional(),
});
const batchWrite = z.object({ RequestItems: z.record(z.string(), z.array(write)) });
/** The parts of a transaction, by the operation that each of them would be alone. */
const part = request.extend({ TableName: z.string() });
const transaction = z.object({
  TransactItems: z.array(
    z.object({
      Get: part.optional(),
      Put: part.optional(),
      Update: part.optional(),
      Delete: part.optional(),
      ConditionCheck: part.optional(),
    }),
  ),
});
const actionOfPart = {
  Get: 'GetItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
} as const;

type Item = z.infer<typeof item>;

/**
 * Creates the look-up of the permissions that requests to DynamoDB need, with the condition keys of
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html: the partition
 * keys of the items, and for GetItem, BatchGetItem and UpdateItem the attributes. `dynamodb:Select` and
 * `dynamodb:ReturnValues` are parameters of the request: only a query or scan has the first one, and a request
 * that does not name its parameter has neither. A request that is invalid, or names no partition key, has none
 * of these keys.
 */
export function createTableNeeds(
  tables: readonly TableDefinition[],
): (operation: string, input: unknown) => readonly Need[] {
  const partitionKeyOf = (table: string, index?: string): string | undefined => {
    const definition = tables.find(({ TableName }) => TableName === nameOf(table));
    const schema =
      index === undefined
        ? definition?.KeySchema
        : definition?.GlobalSecondaryIndexes.find(({ IndexName }) => IndexName === index)?.KeySchema;
    return schema?.find(({ KeyType }) => KeyType === 'HASH')?.AttributeName;
  };
  const keyNamesOf = (table: string): readonly string[] =>
    tables
      .find(({ TableName }) => TableName === nameOf(table))
      ?.KeySchema.map(({ AttributeName }) => AttributeName) ?? [];

  const needOn = (
    operation: string,
    table: string,
    context: Readonly<Record<string, string | readonly string[] | undefined>>,
    index?: string,
  ): Need => {
    const tableArn = table.startsWith('arn:') ? table : arnOf('dynamodb', `table/${table}`);
    const present = Object.entries(context).flatMap(([key, value]) =>
      value === undefined || value.length === 0 ? [] : [[key, value] as const],
    );
    return {
      action: `dynamodb:${operation}`,
      resource: index === undefined ? tableArn : `${tableArn}/index/${index}`,
      ...(present.length > 0 && { context: Object.fromEntries(present) }),
    };
  };
  const leadingKeys = (table: string, items: readonly (Item | undefined)[]): readonly string[] => {
    const name = partitionKeyOf(table) ?? '';
    return [...new Set(items.flatMap((each) => each?.[name] ?? []))];
  };
  const readContext = (table: string, wanted: Projection) => {
    const names = projectedNames(wanted);
    return { 'dynamodb:Attributes': names && [...new Set([...keyNamesOf(table), ...names])] };
  };

  return (operation, input) => {
    switch (operation) {
      case 'BatchGetItem': {
        const { data } = batchGet.safeParse(input);
        if (data === undefined) return [needOn(operation, '*', {})];
        return Object.entries(data.RequestItems).map(([table, wanted]) =>
          needOn(operation, table, {
            'dynamodb:LeadingKeys': leadingKeys(table, wanted.Keys),
            ...readContext(table, wanted),
          }),
        );
      }
      case 'BatchWriteItem': {
        const { data } = batchWrite.safeParse(input);
        if (data === undefined) return [needOn(operation, '*', {})];
        return Object.entries(data.RequestItems).map(([table, writes]) => {
          const items = writes.map(({ PutRequest, DeleteRequest }) => PutRequest?.Item ?? DeleteRequest?.Key);
          return needOn(operation, table, { 'dynamodb:LeadingKeys': leadingKeys(table, items) });
        });
      }
      case 'TransactGetItems':
      case 'TransactWriteItems': {
        const { data } = transaction.safeParse(input);
        if (data === undefined) return [needOn(operation, '*', {})];
        return data.TransactItems.flatMap((parts) =>
          (Object.keys(actionOfPart) as (keyof typeof actionOfPart)[]).flatMap((kind) => {
            const one = parts[kind];
            if (one === undefined) return [];
            const { TableName: table } = one;
            return needOn(actionOfPart[kind], table, {
              'dynamodb:EnclosingOperation': operation,
              'dynamodb:LeadingKeys': leadingKeys(table, [one.Key ?? one.Item]),
              ...(kind === 'Get' && readContext(table, one)),
            });
          }),
        );
      }
      default: {
        const wanted = request.safeParse(input).data;
        const { TableName: table = '*', IndexName: index, Key, Item } = wanted ?? {};
        if (operation === 'Query') {
          const key = queriedPartition(input, partitionKeyOf(table, index));
          const select = { 'dynamodb:Select': wanted?.Select };
          return [needOn(operation, table, { 'dynamodb:LeadingKeys': key, ...select }, index)];
        }
        const context = {
          'dynamodb:LeadingKeys': leadingKeys(table, [Key ?? Item]),
          'dynamodb:ReturnValues': wanted?.ReturnValues,
          ...(operation === 'Scan' && { 'dynamodb:Select': wanted?.Select }),
          ...(operation === 'GetItem' && wanted !== undefined && readContext(table, wanted)),
          ...(operation === 'UpdateItem' &&
            wanted !== undefined && {
              'dynamodb:Attributes': [...new Set([...keyNamesOf(table), ...updatedNames(wanted)])],
            }),
        };
        return [needOn(operation, table, context, index)];
      }
    }
  };
}

const nameOf = (table: string): string => table.replace(/^arn:.*:table\//u, '');

/** Returns the top-level attributes that a projection names, or undefined if there is no projection. */
function projectedNames(wanted: Projection): readonly string[] | undefined {
  const { ProjectionExpression, AttributesToGet, ExpressionAttributeNames: names } = wanted;
  return (ProjectionExpression?.split(',') ?? AttributesToGet)?.map((path) => {
    const [name = ''] = path.trim().split(/[.[]/u);
    return names[name] ?? name;
  });
}

/**
 * Returns the top-level attributes that an update and its condition name. Operators and functions are reserved
 * words, which no attribute can be named by without a placeholder.
 */
function updatedNames({
  UpdateExpression = '',
  ConditionExpression = '',
  ExpressionAttributeNames: names,
}: z.infer<typeof request>): readonly string[] {
  const words = `${UpdateExpression} ${ConditionExpression}`.match(/\.?[#:]?\w+/gu) ?? [];
  return words
    .filter((word) => !/^[:.\d]|^(?:SET|REMOVE|ADD|DELETE|AND|OR|NOT|IN|BETWEEN)$/iu.test(word))
    .filter((word) => !functionsInExpressions.includes(word))
    .map((word) => names[word] ?? word);
}

const functionsInExpressions = [
  'if_not_exists',
  'list_append',
  'attribute_exists',
  'attribute_not_exists',
  'attribute_type',
  'begins_with',
  'contains',
  'size',
];

const require = createRequire(import.meta.url);
const queryValidation = require('dynalite/validations/query.js') as {
  readonly types: object;
  readonly custom: unknown;
};
const keyConditions = z.object({
  KeyConditions: z.record(
    z.string(),
    z.object({ ComparisonOperator: z.string(), AttributeValueList: z.array(attributeValue) }),
  ),
});

/** Returns the value that a query requires of the partition key. Undefined if the query is invalid. */
function queriedPartition(input: unknown, partitionKey = ''): readonly string[] | undefined {
  let checked: object;
  try {
    // dynalite changes what it validates. It turns an expression into conditions.
    checked = checkTypes(structuredClone(input), queryValidation.types);
    checkValidations(checked, queryValidation.types, queryValidation.custom, {});
  } catch {
    return undefined;
  }
  const condition = keyConditions.safeParse(checked).data?.KeyConditions[partitionKey];
  const [value] = condition?.AttributeValueList ?? [];
  return condition?.ComparisonOperator === 'EQ' && value !== undefined ? [value] : undefined;
}
