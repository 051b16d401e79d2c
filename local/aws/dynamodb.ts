import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import dynalite from 'dynalite';
import type { Faults } from '../kernel/faults.ts';
import { jsonWire } from './wire/json-wire.ts';
import { attempt, type Call, faultAnswers, notOffered } from './wire/wire.ts';

export const tableName = 'sallyport-dev';
export const targetPrefix = 'DynamoDB_20120810';

const operations = [
  'BatchGetItem', 'BatchWriteItem', 'CreateTable', 'DeleteItem', 'DeleteTable', 'DescribeTable', 'DescribeTimeToLive', 'GetItem',
  'ListTables', 'PutItem', 'Query', 'Scan', 'UpdateItem', 'UpdateTable',
];

export interface DynamoDb {
  /** `callOf` is told the operation's input, unread. */
  answer(operation: string, request: Request, callOf: (input: string) => Pick<Call, 'permit' | 'needs'>): Promise<Response>;
  /** Lets what has begun end; what comes later is answered as unavailable. */
  readonly close: () => Promise<void>;
}

/** DynamoDB by dynalite, kept in a folder, with Sallyport's table in it. */
export async function openDynamoDb(dataFolder: string, faults: Faults): Promise<DynamoDb> {
  faults.register('dynamodb', operations);
  const path = join(dataFolder, 'dynamodb');
  mkdirSync(path, { recursive: true });
  const server = dynalite({ path, createTableMs: 0 });

  /** dynalite is a server, but needs no socket: it takes a request's stream and headers, and sets headers and ends. */
  const ask: Ask = (headers, body) => new Promise((resolve) => {
    const incoming = Object.assign(Readable.from([Buffer.from(body)]), { method: 'POST', url: '/', headers: Object.fromEntries(headers) });
    const answered = new Headers();
    const outgoing = {
      statusCode: 200,
      setHeader: (name: string, value: string | number) => answered.set(name, String(value)),
      end: (text = '') => resolve(new Response(text, { status: outgoing.statusCode, headers: answered })),
    };
    server.emit('request', incoming, outgoing);
  });

  await createTable(ask);
  let closed = false;
  return {
    answer: async (operation, request, callOf) => {
      const wire = jsonWire(request.headers.get('content-type') ?? 'application/x-amz-json-1.0');
      if (!operations.includes(operation)) return wire.error(notOffered(`dynamodb ${operation}`));
      const body = await request.text();
      const answers = faultAnswers('dynamodb', wire);
      const { permit, needs } = callOf(body);
      return attempt('dynamodb', wire, () => {
        permit('dynamodb', needs);
        return faults.around('dynamodb', operation, answers, () => {
          // dynalite would end the process with an uncaught error.
          if (closed) return answers.unavailable();
          return ask(request.headers, body);
        });
      });
    },
    close: () => new Promise((resolve) => {
      closed = true;
      // dynalite closes its database with its server, and Node closes only a server that listens.
      server.listen(0, '127.0.0.1', () => server.close(() => resolve()));
    }),
  };
}

type Ask = (headers: Headers, body: string) => Promise<Response>;

/** Makes the table unless it is there, and waits until it can be used: for a moment it is only being made. */
async function createTable(ask: Ask): Promise<void> {
  const strings = (...names: string[]) => names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' }));
  const keys = (hash: string, range: string) =>
    [{ AttributeName: hash, KeyType: 'HASH' }, { AttributeName: range, KeyType: 'RANGE' }];
  const made = await tell(ask, 'CreateTable', {
    TableName: tableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: strings('pk', 'sk', 'gsi1pk', 'gsi1sk', 'gsi2pk', 'gsi2sk'),
    KeySchema: keys('pk', 'sk'),
    GlobalSecondaryIndexes: [
      { IndexName: 'gsi1', KeySchema: keys('gsi1pk', 'gsi1sk'), Projection: { ProjectionType: 'ALL' } },
      { IndexName: 'gsi2', KeySchema: keys('gsi2pk', 'gsi2sk'), Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['onboardingId', 'ticketNumber'] } },
    ],
  });
  if (!made.ok && !made.text.includes('ResourceInUseException')) throw new Error(`the twin's DynamoDB made no table: ${made.text}`);
  for (let looks = 0; looks < 500; looks += 1) {
    const { text } = await tell(ask, 'DescribeTable', { TableName: tableName });
    if (!text.includes('"IndexName":"gsi2"')) throw new Error('the table in the twin\'s data folder is of an earlier version; delete the folder to start afresh');
    if (text.includes('"TableStatus":"ACTIVE"')) return;
    await pause(10);
  }
  throw new Error('the twin\'s DynamoDB does not finish its table; delete the data folder to start afresh');
}

async function tell(ask: Ask, operation: string, input: object): Promise<{ readonly ok: boolean; readonly text: string }> {
  const answer = await ask(new Headers({
    'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `${targetPrefix}.${operation}`, 'x-amz-date': '20000101T000000Z',
    authorization: 'AWS4-HMAC-SHA256 Credential=twin, SignedHeaders=host, Signature=0',
  }), JSON.stringify(input));
  return { ok: answer.ok, text: await answer.text() };
}
