import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { APIGatewayRequestAuthorizerEvent, Context } from 'aws-lambda';
import { clientSettings } from '../adapters/aws/client.ts';
import { createMappingLookup } from '../adapters/aws/client-mappings.ts';
import { readEnvironment } from '../adapters/environment.ts';
import { systemClock } from '../adapters/system-clock.ts';
import { createAccessTokenVerifier } from '../adapters/tokens/access-token-verifier.ts';
import type { Authorization } from '../core/authorization/authorize.ts';
import { decide } from '../functions/authorizer/decide.ts';
import { logDecision } from '../functions/authorizer/log-decision.ts';
import { createLog } from '../middleware/log.ts';

/** The authorizer with the SDK's DynamoDB client, and all else as ours: what `bundles.ts` starts beside it. */
const { TABLE_NAME: TableName, TOKEN_ISSUER: issuer } = readEnvironment(process.env, ['TABLE_NAME', 'TOKEN_ISSUER']);
const client = new DynamoDBClient(clientSettings({ maxAttempts: 3, requestTimeout: 2000 }));
const authorizer = {
  verify: createAccessTokenVerifier({ issuer, clock: systemClock }),
  findMapping: createMappingLookup({
    get: async <Item>({ pk, sk }: { readonly pk: string; readonly sk: string }) => {
      const { Item } = await client.send(new GetItemCommand({ TableName, Key: marshall({ pk, sk }), ConsistentRead: true }));
      return Item === undefined ? undefined : unmarshall(Item) as Item;
    },
  }),
};
const log = createLog('authorizer');

export const handler = async (event: APIGatewayRequestAuthorizerEvent, context: Context): Promise<Authorization> => {
  const authorization = await decide(authorizer, event);
  logDecision(log, authorization, context);
  if (authorization === undefined) throw new Error('Unauthorized');
  return authorization;
};
