import { createLinks } from '../../adapters/aws/credential-records.ts';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { clientSettings } from '../../adapters/aws/client.ts';
import { createTable } from '../../adapters/aws/table.ts';
import { readEnvironment } from '../../adapters/environment.ts';
import { dependencies as ticketReportDependencies } from '../ticket-report/dependencies.ts';

/** What tells the ticket, and the links. */
export function dependencies(env: NodeJS.ProcessEnv) {
  const { TABLE_NAME } = readEnvironment(env, ['TABLE_NAME']);
  return {
    ...ticketReportDependencies(env),
    links: createLinks(createTable({ client: new DynamoDBClient(clientSettings({ maxAttempts: 3 })), tableName: TABLE_NAME })),
  };
}
