import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { APIGatewayRequestAuthorizerEvent, Context } from 'aws-lambda';
import { clientSettings } from '../adapters/aws/client.ts';
import type { createTableReader } from '../adapters/aws/table-reader.ts';
import type { Authorization } from '../core/authorization/authorize.ts';
import { decide } from '../functions/authorizer/decide.ts';
import { dependencies } from '../functions/authorizer/dependencies.ts';
import { logDecision } from '../functions/authorizer/log-decision.ts';
import { createLog } from '../middleware/log.ts';

const openTable: typeof createTableReader = ({ tableName: TableName, requestTimeout, attributes = [] }) => {
  const client = new DynamoDBClient(clientSettings({ maxAttempts: 3, requestTimeout }));
  return {
    get: async <Item>({ pk, sk }: { readonly pk: string; readonly sk: string }) => {
      const { Item } = await client.send(
        new GetItemCommand({
          TableName,
          Key: marshall({ pk, sk }),
          ConsistentRead: true,
          ProjectionExpression: attributes.map((name) => `#${name}`).join(', '),
          ExpressionAttributeNames: Object.fromEntries(attributes.map((name) => [`#${name}`, name])),
        }),
      );
      return Item === undefined ? undefined : (unmarshall(Item) as Item);
    },
  };
};

/** The authorizer with the SDK's DynamoDB client instead of ours. `bundles.ts` starts it for comparison. */
const authorizer = dependencies(process.env, openTable);
const log = createLog('authorizer');

export const handler = async (
  event: APIGatewayRequestAuthorizerEvent,
  { awsRequestId: invocationId }: Context,
): Promise<Authorization> => {
  const decision = await decide(authorizer, event, invocationId);
  logDecision(log, decision, { invocationId, requestId: event.requestContext.requestId });
  if (decision.authorization === undefined) throw new Error('Unauthorized');
  return decision.authorization;
};
