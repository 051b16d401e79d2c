import { only, rowsUnder, tables } from '../../infra/failure-document.ts';

/** Section 3 of docs/failures.md: what each function calls, or each of its actions. */
export const documented = tables
  .filter(({ columns }) => columns.includes('operation') && columns.includes('tests'))
  .flatMap(({ headings, rows }) => {
    const [functionName = '', action] = headings.slice(2);
    return rows.map((row) => ({
      functionName,
      action,
      operation: only(row('operation')),
      isLook: row('after an unknown outcome').startsWith('a look'),
    }));
  });

/** An operation that changes nothing has no effect that a fault could come before or after. */
export const isLook = (operation: string): boolean =>
  documented.some((each) => each.operation === operation && each.isLook);

const clients: Readonly<Record<string, string>> = {
  dynamodb: 'DynamoDB',
  kms: 'KMS',
  stepfunctions: 'SFN',
  cognito: 'CognitoIdentityProvider',
  apigateway: 'APIGateway',
  ses: 'SES',
  eventbridge: 'EventBridge',
  secretsmanager: 'SecretsManager',
};

/** How often a call is tried within one run, by docs/failures.md. */
export function triesOf(operation: string): number {
  const [service = ''] = operation.split(' ');
  return numberOf('client', clients[service] ?? service, 'tries');
}

/** How many runs a state has in all before one of its retriers gives up, by docs/failures.md. */
export const runsBy = (retrier: string): number => 1 + numberOf('retrier', retrier, 'more runs');

function numberOf(key: string, value: string, column: string): number {
  const row = rowsUnder('Retries', key).find((each) => only(each(key)) === value);
  if (row === undefined) throw new Error(`docs/failures.md has no ${key} ${value}`);
  return Number(row(column));
}
