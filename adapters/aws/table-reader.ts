import aws4 from 'aws4';
import { setTimeout } from 'node:timers/promises';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { Throttled, Unavailable } from '../../core/errors.ts';
import { readEnvironment } from '../environment.ts';
import { createExchange, type ExchangeAnswer } from '../http/exchange.ts';
import { awsCalls } from './errors.ts';
import type { Table } from './table.ts';

const dynamodb = awsCalls('dynamodb');

/** As often as the SDK's client tries. */
const attempts = 3;
const pauseMilliseconds = 50;

/** An item has at most 400 KB; its JSON may be longer. */
const maxAnswerBytes = 2_000_000;

/**
 * Reads single items without the SDK's client, which takes longer to load than a call to decide: for the
 * authorizer alone. Region, endpoint and credentials come from the AWS_* variables; each try is given up after
 * `requestTimeout` milliseconds.
 */
export function createTableReader(
  { tableName, requestTimeout, env }: { readonly tableName: string; readonly requestTimeout: number; readonly env: NodeJS.ProcessEnv },
): Pick<Table, 'get'> {
  const { AWS_REGION: region, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = readEnvironment(env, ['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']);
  const sessionToken = env['AWS_SESSION_TOKEN'];
  const credentials = { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
  const endpoint = new URL(env['AWS_ENDPOINT_URL'] ?? `https://dynamodb.${region}.amazonaws.com`);
  const exchange = createExchange(endpoint, { timeoutMilliseconds: requestTimeout, maxAnswerBytes });

  const send = (body: string): Promise<ExchangeAnswer> => {
    const { headers } = aws4.sign({
      service: 'dynamodb', region, host: endpoint.host, method: 'POST', path: '/', body,
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'DynamoDB_20120810.GetItem' },
    }, credentials);
    return exchange({ method: 'POST', headers: Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)])), body });
  };

  return {
    get: async <Item>({ pk, sk }: Parameters<Table['get']>[0]) => {
      const body = JSON.stringify({ TableName: tableName, Key: { pk: { S: pk }, sk: { S: sk } }, ConsistentRead: true });
      const { Item } = await patiently(() => dynamodb.read('GetItem', async () => contentOf(await send(body).catch(unanswered))));
      return Item === undefined ? undefined : unmarshall(Item) as Item;
    },
  };
}

interface Content {
  readonly Item?: Parameters<typeof unmarshall>[0];
}

/** An error as the SDK's client throws it, for `awsCalls` to translate. */
class CallError extends Error {
  override readonly name: string;
  readonly $metadata: { readonly httpStatusCode?: number };
  readonly $fault?: 'client' | 'server';
  readonly code?: string;
  readonly syscall?: string;

  constructor(name: string, { status, ...particulars }: { readonly status?: number; readonly $fault?: 'client' | 'server'; readonly code?: string; readonly syscall?: string }) {
    super(name);
    this.name = name;
    this.$metadata = status === undefined ? {} : { httpStatusCode: status };
    Object.assign(this, particulars);
  }
}

function contentOf({ status, text }: ExchangeAnswer): Content {
  let content: { readonly __type?: string } & Content;
  try {
    content = JSON.parse(text) as typeof content;
  } catch {
    throw new CallError('Unknown', { status });
  }
  if (status === 200) return content;
  const code = content.__type?.split('#').at(-1);
  throw new CallError(code ?? 'Unknown', { status, ...(code !== undefined && { $fault: status < 500 ? 'client' : 'server' }) });
}

/** Tries again after whatever may pass. */
async function patiently<Result>(call: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      const passing = error instanceof Throttled || error instanceof Unavailable;
      if (!passing || attempt === attempts) throw error;
      await setTimeout(Math.random() * pauseMilliseconds * 2 ** attempt);
    }
  }
}

function unanswered(error: unknown): never {
  const { name = 'Error', code, syscall } = error as { readonly name?: string; readonly code?: string | number; readonly syscall?: string };
  throw new CallError(name, { ...(typeof code === 'string' && { code }), ...(syscall !== undefined && { syscall }) });
}
