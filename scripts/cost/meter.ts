import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import * as z from 'zod';

/** One request that the functions have made to AWS. */
export interface AwsCall {
  readonly code: 'aws_called';
  /** As the SDK names it: `DynamoDB`, `KMS`, … */
  readonly service: string;
  readonly operation: string;
  /** Of DynamoDB, in request units. */
  readonly readUnits: number;
  readonly writeUnits: number;
}

const services: Readonly<Record<string, string>> = {
  DynamoDB_20120810: 'DynamoDB',
  AWSStepFunctions: 'StepFunctions',
  AWSCognitoIdentityProviderService: 'Cognito',
  AWSEvents: 'EventBridge',
  TrentService: 'KMS',
  secretsmanager: 'SecretsManager',
};

/**
 * A door before the twin's AWS that passes everything on and tells of every call. It has DynamoDB say what capacity
 * each took: on demand, that is what is paid.
 * @returns its address
 */
export async function openMeter(aws: string, tell: (call: AwsCall) => void): Promise<string> {
  const server = createServer((request, response) => {
    void pass(request, aws, tell).then((answer) =>
      response.writeHead(answer.status, answer.headers).end(answer.body),
    );
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  server.unref();
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the meter has no TCP address');
  return `http://127.0.0.1:${address.port}`;
}

async function pass(request: IncomingMessage, aws: string, tell: (call: AwsCall) => void) {
  const { method = '', url = '', headers } = request;
  const sent = await text(request);
  const call = callOf(method, url, String(headers['x-amz-target'] ?? ''), sent);
  const body =
    call.service === 'DynamoDB'
      ? JSON.stringify({ ...item.parse(JSON.parse(sent)), ReturnConsumedCapacity: 'TOTAL' })
      : sent;

  const answer = await fetch(`${aws}${url}`, {
    method,
    headers: forwarded(headers),
    ...(body !== '' && { body }),
  });
  const answered = await answer.text();
  tell({
    code: 'aws_called',
    ...call,
    ...(call.service === 'DynamoDB'
      ? unitsOf(call.operation, sent, answered)
      : { readUnits: 0, writeUnits: 0 }),
  });
  return {
    status: answer.status,
    headers: Object.fromEntries(forwarded(Object.fromEntries(answer.headers))),
    body: answered,
  };
}

function callOf(
  method: string,
  url: string,
  target: string,
  body: string,
): Pick<AwsCall, 'service' | 'operation'> {
  const [prefix = '', operation = ''] = target.split('.');
  const service = services[prefix];
  if (service !== undefined) return { service, operation };
  const action = new URLSearchParams(body).get('Action');
  return action === null
    ? { service: 'ApiGateway', operation: `${method} ${url.split('?', 1)[0] ?? ''}` }
    : { service: 'SES', operation: action };
}

const item = z.record(z.string(), z.unknown());
const consumed = z.object({ ConsumedCapacity: z.object({ CapacityUnits: z.number() }) });

/**
 * A write that fails its condition answers no capacity; it takes at least one unit. A write of the first index's key
 * writes that index too, which is as large as the item. An entry of the second is small: it takes one unit to write
 * and, later, one to take away, which are counted together. A query that finds nothing is not free either.
 */
function unitsOf(
  operation: string,
  sent: string,
  answered: string,
): Pick<AwsCall, 'readUnits' | 'writeUnits'> {
  const units = consumed.safeParse(JSON.parse(answered)).data?.ConsumedCapacity.CapacityUnits ?? 1;
  if (operation === 'GetItem' || operation === 'Query') {
    return { readUnits: Math.max(units, 0.5), writeUnits: 0 };
  }
  return {
    readUnits: 0,
    writeUnits: units * (sent.includes('#gsi1pk') ? 2 : 1) + (sent.includes('#gsi2pk = :') ? 2 : 0),
  };
}

/** Without those that belong to one connection or one encoding of the body. */
function forwarded(headers: Readonly<Record<string, string | readonly string[] | undefined>>): Headers {
  const own = new Set([
    'host',
    'connection',
    'keep-alive',
    'transfer-encoding',
    'content-length',
    'content-encoding',
    'expect',
  ]);
  return new Headers(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || own.has(name) ? [] : [[name, String(value)] as [string, string]],
    ),
  );
}
