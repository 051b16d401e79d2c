import { unmarshall } from '@aws-sdk/util-dynamodb';
import { awsCalls } from './errors.ts';
import { createPlainCalls } from './plain-calls.ts';
import type { Table } from './table.ts';

const dynamodb = awsCalls('dynamodb');
const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'DynamoDB_20120810.GetItem' };

/**
 * The attributes that the authorizer reads, whatever the record is. Its role gets no others, so mailboxes and
 * names stay out of its reach: `owner` and `password` of a contract, `name` of a partner, `changes` and
 * `editors` of every record.
 */
export const authorizerAttributes = [
  'pk',
  'sk',
  'status',
  'version',
  'ttl',
  // Clients, contracts and users.
  'clientId',
  'partnerId',
  'contractId',
  'userId',
  'profile',
  'product',
  'products',
  'scopes',
  'routes',
  'ipRanges',
  'apiKey',
  'environments',
  'startsAt',
  'endsAt',
  'grants',
  'ratePlan',
  // Third parties.
  'issuer',
  'audiences',
  'principalClaim',
  'longestLife',
  'uses',
  'keys',
  // Sign-ins.
  'ownerId',
  'providerId',
  'signIn',
  'origin',
  'expiresAt',
  'endedAt',
  'endedFor',
  'startedAt',
  'emailDomain',
  'domains',
  'signInsFrom',
] as const;

interface Content {
  readonly Item?: Parameters<typeof unmarshall>[0];
}

/**
 * Creates a reader of single items that works without the SDK's client. Only the authorizer uses it. It makes
 * as many attempts as the SDK's client would; see {@link createPlainCalls}.
 * @param attributes the attributes that items are read with; all of them if it is absent
 */
export function createTableReader({
  tableName,
  requestTimeout,
  attributes,
  env,
}: {
  readonly tableName: string;
  readonly requestTimeout: number;
  readonly attributes?: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}): Pick<Table, 'get'> {
  // Placeholders, because some of the names are reserved words.
  const projection = attributes && {
    ProjectionExpression: attributes.map((name) => `#${name}`).join(', '),
    ExpressionAttributeNames: Object.fromEntries(attributes.map((name) => [`#${name}`, name])),
  };
  const call = createPlainCalls({ host: 'dynamodb', requestTimeout, attempts: 3, env });
  return {
    get: async <Item>({ pk, sk }: Parameters<Table['get']>[0]) => {
      const body = JSON.stringify({
        TableName: tableName,
        Key: { pk: { S: pk }, sk: { S: sk } },
        ConsistentRead: true,
        ...projection,
      });
      const { Item } = await dynamodb.read(
        'GetItem',
        async () => (await call(headers, body, { repeatable: true })) as Content,
      );
      return Item === undefined ? undefined : (unmarshall(Item) as Item);
    },
  };
}
