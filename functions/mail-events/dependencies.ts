import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { clientSettings } from '../../adapters/aws/client.ts';
import { createLinks } from '../../adapters/aws/credential-records.ts';
import { createTable } from '../../adapters/aws/table.ts';
import { readEnvironment } from '../../adapters/environment.ts';

export function dependencies(env: NodeJS.ProcessEnv) {
  const { TABLE_NAME } = readEnvironment(env, ['TABLE_NAME']);
  return { links: createLinks(createTable({ client: new DynamoDBClient(clientSettings({ maxAttempts: 3 })), tableName: TABLE_NAME })) };
}
