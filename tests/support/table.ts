import { createTable, type Table, type TableOptions } from '../../adapters/aws/table.ts';
import { tableName } from './deployed.ts';

/** Returns the environment with which a function calls a twin's AWS. Any access key works. */
export const awsEnvironment = (endpoint: string): NodeJS.ProcessEnv => ({
  AWS_ENDPOINT_URL: endpoint,
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'twin',
  AWS_SECRET_ACCESS_KEY: 'twin',
});

/** Returns the table of a twin, as the functions open it. */
export const tableAt = (
  endpoint: string,
  options: Pick<TableOptions, 'attempts' | 'requestTimeout'> = {},
): Table => createTable({ tableName, env: awsEnvironment(endpoint), ...options });
