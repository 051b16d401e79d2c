import { createTable, type Table, type TableOptions } from '../../adapters/aws/table.ts';
import { tableName } from './deployed.ts';

/** What a function finds in its environment to call a twin's AWS with. Any access key will do. */
export const awsEnvironment = (endpoint: string): NodeJS.ProcessEnv => ({
  AWS_ENDPOINT_URL: endpoint,
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'twin',
  AWS_SECRET_ACCESS_KEY: 'twin',
});

/** The table of a twin, as the functions have it. */
export const tableAt = (
  endpoint: string,
  options: Pick<TableOptions, 'attempts' | 'requestTimeout'> = {},
): Table => createTable({ tableName, env: awsEnvironment(endpoint), ...options });
