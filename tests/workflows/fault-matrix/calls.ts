import { only, rowsUnder, tables } from '../../infra/failure-document.ts';

/** The calls of each function, or of each of its actions, from section 3 of docs/failures.md. */
export const documented = tables
  .filter(({ columns }) => columns.includes('operation') && columns.includes('tests'))
  .flatMap(({ headings, rows }) => {
    const [functionName = '', action] = headings.slice(2);
    return rows.map((row) => ({
      functionName,
      action,
      operation: only(row('operation')),
      isRead: row('after an unknown outcome').startsWith('a read'),
    }));
  });

if (!documented.some(({ isRead }) => isRead)) {
  throw new Error('docs/failures.md says of no call that it is a read');
}

/** Tells whether an operation only reads. It has no effect that a fault could precede or follow. */
export const isRead = (operation: string): boolean =>
  documented.some((each) => each.operation === operation && each.isRead);

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

/** Returns how often a call is tried within one run, according to docs/failures.md. */
export function triesOf(operation: string): number {
  const [service = ''] = operation.split(' ');
  return numberOf('client', clients[service] ?? service, 'tries');
}

/**
 * Returns how many runs a state has in total before one of its retriers gives up, according to
 * docs/failures.md.
 */
export const runsBy = (retrier: string): number => 1 + numberOf('retrier', retrier, 'more runs');

function numberOf(key: string, value: string, column: string): number {
  const row = rowsUnder('Retries', key).find((each) => only(each(key)) === value);
  if (row === undefined) throw new Error(`docs/failures.md has no ${key} ${value}`);
  return Number(row(column));
}
