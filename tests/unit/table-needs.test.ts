import { describe, expect, it } from 'vitest';
import { covers, type Conditions, type Need } from '../../local/iam/role.ts';
import { createTableNeeds } from '../../local/iam/table-needs.ts';
import { deployment, tableName as TableName } from '../support/deployed.ts';

const needsOf = createTableNeeds(deployment.tables);
const table = `arn:aws:dynamodb:eu-west-1:000000000000:table/${TableName}`;
const key = (pk: string) => ({ pk: { S: pk }, sk: { S: 'X' } });
const needing = (action: string, context: Need['context'], resource = table): Need => ({
  action: `dynamodb:${action}`,
  resource,
  ...(context !== undefined && { context }),
});
const leading = (...keys: readonly string[]) => ({ 'dynamodb:LeadingKeys': keys });

// Threat T-98
describe('a request to DynamoDB has the condition keys that AWS gives it:', () => {
  it.each([
    ['DeleteItem', { TableName, Key: key('A#1') }, [needing('DeleteItem', leading('A#1'))]],
    ['PutItem', { TableName, Item: { ...key('A#1'), x: { N: '1' } } }, [needing('PutItem', leading('A#1'))]],
    ['GetItem', { TableName: table, Key: key('A#1') }, [needing('GetItem', leading('A#1'))]],
    [
      'GetItem',
      {
        TableName,
        Key: key('A#1'),
        ProjectionExpression: '#status, terms.owner , list[0]',
        ExpressionAttributeNames: { '#status': 'status' },
      },
      [
        needing('GetItem', {
          ...leading('A#1'),
          'dynamodb:Attributes': ['pk', 'sk', 'status', 'terms', 'list'],
        }),
      ],
    ],
    [
      'UpdateItem',
      {
        TableName,
        Key: key('A#1'),
        ReturnValues: 'ALL_NEW',
        UpdateExpression: 'SET #s = if_not_exists(#s, :s), terms.#owner = :AND REMOVE old ADD uses :one',
        ConditionExpression:
          'attribute_not_exists(pk) OR (version BETWEEN :a AND :b AND NOT contains(tags, :tag))',
        ExpressionAttributeNames: { '#s': 'state', '#owner': 'owner' },
      },
      [
        needing('UpdateItem', {
          ...leading('A#1'),
          'dynamodb:ReturnValues': 'ALL_NEW',
          'dynamodb:Attributes': ['pk', 'sk', 'state', 'terms', 'old', 'uses', 'version', 'tags'],
        }),
      ],
    ],
    [
      'Query',
      {
        TableName,
        KeyConditionExpression: 'begins_with(sk, :sk) AND #key = :pk',
        ExpressionAttributeNames: { '#key': 'pk' },
        ExpressionAttributeValues: { ':pk': { S: 'A#1' }, ':sk': { S: 'S' } },
      },
      [needing('Query', leading('A#1'))],
    ],
    [
      'Query',
      {
        TableName,
        KeyConditions: { pk: { ComparisonOperator: 'EQ', AttributeValueList: [{ S: 'A#1' }] } },
      },
      [needing('Query', leading('A#1'))],
    ],
    [
      'Query',
      {
        TableName,
        IndexName: 'gsi1',
        KeyConditionExpression: 'gsi1pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: 'LIST' } },
      },
      [needing('Query', leading('LIST'), `${table}/index/gsi1`)],
    ],
    ['Scan', { TableName, IndexName: 'gsi1' }, [needing('Scan', undefined, `${table}/index/gsi1`)]],
    ['Scan', { TableName, Select: 'COUNT' }, [needing('Scan', { 'dynamodb:Select': 'COUNT' })]],
    [
      'BatchGetItem',
      {
        RequestItems: { [TableName]: { Keys: [key('A#1'), key('B#1'), key('A#1')] } },
      },
      [needing('BatchGetItem', leading('A#1', 'B#1'))],
    ],
    [
      'BatchWriteItem',
      {
        RequestItems: {
          [TableName]: [{ PutRequest: { Item: key('A#1') } }, { DeleteRequest: { Key: key('B#1') } }],
          other: [],
        },
      },
      [
        needing('BatchWriteItem', leading('A#1', 'B#1')),
        needing('BatchWriteItem', undefined, table.replace(TableName, 'other')),
      ],
    ],
    [
      'TransactWriteItems',
      {
        TransactItems: [
          { Put: { TableName, Item: key('A#1') } },
          { Update: { TableName, Key: key('B#1') } },
          { Delete: { TableName, Key: key('C#1') } },
          { ConditionCheck: { TableName, Key: key('D#1') } },
        ],
      },
      [
        ['PutItem', 'A#1'],
        ['UpdateItem', 'B#1'],
        ['DeleteItem', 'C#1'],
        ['ConditionCheckItem', 'D#1'],
      ].map(
        ([action = '', pk = '']) =>
          expect.objectContaining({
            action: `dynamodb:${action}`,
            resource: table,
            context: expect.objectContaining({
              'dynamodb:EnclosingOperation': 'TransactWriteItems',
              ...leading(pk),
            }) as unknown,
          }) as unknown,
      ),
    ],
    [
      'TransactGetItems',
      { TransactItems: [{ Get: { TableName, Key: key('A#1') } }] },
      [
        needing('GetItem', {
          'dynamodb:EnclosingOperation': 'TransactGetItems',
          ...leading('A#1'),
        }),
      ],
    ],
  ])('%s %#', (operation, input, needs) => {
    expect(needsOf(operation, input)).toEqual(needs);
  });

  it.each([
    ['GetItem', { TableName, Key: { pk: { M: {} } } }],
    ['GetItem', { TableName, Key: { sk: { S: 'A#1' } } }],
    ['Query', { TableName }],
    [
      'Query',
      {
        TableName,
        KeyConditionExpression: 'pk > :pk',
        ExpressionAttributeValues: { ':pk': { S: 'A#1' } },
      },
    ],
    [
      'Query',
      {
        TableName,
        KeyConditionExpression: 'sk = :pk',
        ExpressionAttributeValues: { ':pk': { S: 'A#1' } },
      },
    ],
    [
      'Query',
      {
        TableName,
        IndexName: 'none',
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: 'A#1' } },
      },
    ],
  ])('none of a partition, where it names none: %s %#', (operation, input) => {
    expect(needsOf(operation, input).map(({ context = {} }) => context['dynamodb:LeadingKeys'])).toEqual([
      undefined,
    ]);
  });

  it.each(['BatchGetItem', 'BatchWriteItem', 'TransactWriteItems', 'TransactGetItems', 'GetItem'])(
    'and needs the action on every table, where it cannot be read: %s',
    (operation) => {
      expect(needsOf(operation, 'no object')).toEqual([
        expect.objectContaining({ resource: table.replace(TableName, '*') }),
      ]);
    },
  );
});

describe('a condition on partition keys holds', () => {
  const conditions: Conditions = {
    'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['CLIENT#*', 'JTI#?'] },
    Null: { 'dynamodb:LeadingKeys': ['false'] },
  };
  it.each([
    [['CLIENT#1'], true],
    [['CLIENT#1', 'JTI#1'], true],
    [['CLIENT#1', 'ISSUER#1'], false],
    [['CLIENT_KEYS#1'], false],
    [['client#1'], false],
    [['CLIENT#'], true],
    [['JTI#'], false],
    [['CLIENT#\n1'], true],
    [['xCLIENT#1'], false],
    [undefined, false],
  ])('for %j: %s', (keys, held) => {
    const context = keys === undefined ? {} : leading(...keys);
    const permission = { action: 'dynamodb:GetItem', resource: table };
    expect(covers({ ...permission, conditions }, { ...permission, context })).toBe(held);
  });

  it('for a request without any, where nothing asks for one', () => {
    const permission = { action: 'dynamodb:Scan', resource: table };
    expect(covers({ ...permission, conditions: { ...conditions, Null: {} } }, permission)).toBe(true);
  });
});
