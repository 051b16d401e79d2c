import { createPlainCalls } from './plain-calls.ts';
import { type Table, tableBy } from './table.ts';

/**
 * The table without the SDK's client, for functions whose start or size matters: see {@link createPlainCalls}. What
 * may pass is tried as often as the SDK does; each try is given up after `requestTimeout` milliseconds.
 */
export function createPlainTable(
  { tableName, requestTimeout, env }: { readonly tableName: string; readonly requestTimeout: number; readonly env: NodeJS.ProcessEnv },
): Table {
  const call = createPlainCalls({ host: 'dynamodb', requestTimeout, attempts: 3, env });
  const named = (operation: string) => (input: object): Promise<object> =>
    call({ 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `DynamoDB_20120810.${operation}` }, JSON.stringify(input));
  return tableBy({ getItem: named('GetItem'), query: named('Query'), updateItem: named('UpdateItem'), deleteItem: named('DeleteItem') }, tableName);
}
