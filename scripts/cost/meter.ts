import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import * as z from 'zod';

/** One request that the functions have made to AWS. */
export interface AwsCall {
  readonly code: 'aws_called';
  /** The service by the name that the SDK uses: `DynamoDB`, `KMS`, … */
  readonly service: string;
  readonly operation: string;
  /** Request units of DynamoDB. */
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
 * Starts a proxy in front of the twin's AWS. It forwards every call and reports it. It asks DynamoDB for the
 * capacity that each call consumed, which is what on-demand tables are charged for.
 * @returns the proxy's address
 */
export async function openMeter(aws: string, report: (call: AwsCall) => void): Promise<string> {
  const server = createServer((request, response) => {
    void forward(request, aws, report).then((answer) =>
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

async function forward(request: IncomingMessage, aws: string, report: (call: AwsCall) => void) {
  const { method = '', url = '', headers } = request;
  const sent = await text(request);
  const call = callOf(method, url, String(headers['x-amz-target'] ?? ''), sent);
  const body =
    call.service === 'DynamoDB'
      ? JSON.stringify({ ...item.parse(JSON.parse(sent)), ReturnConsumedCapacity: 'TOTAL' })
      : sent;

  const answer = await fetch(`${aws}${url}`, {
    method,
    headers: withoutHopHeaders(headers),
    ...(body !== '' && { body }),
  });
  const answered = await answer.text();
  report({
    code: 'aws_called',
    ...call,
    ...(call.service === 'DynamoDB'
      ? unitsOf(call.operation, sent, answered)
      : { readUnits: 0, writeUnits: 0 }),
  });
  return {
    status: answer.status,
    headers: Object.fromEntries(withoutHopHeaders(Object.fromEntries(answer.headers))),
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
 * Returns the request units of an operation. A write whose condition fails reports no capacity, but consumes
 * at least one unit. A write of the key of `gsi1` also writes that index, whose entry is as large as the
 * item. An entry of `gsi2` is small: one unit to write it and one to remove it later, counted together. A
 * query that finds nothing still consumes half a unit.
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

/** Returns the headers without those of one connection or of one encoding of the body. */
function withoutHopHeaders(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): Headers {
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
