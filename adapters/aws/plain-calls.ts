import aws4 from 'aws4';
import { setTimeout } from 'node:timers/promises';
import { readEnvironment } from '../environment.ts';
import { createExchange, type ExchangeAnswer } from '../http/exchange.ts';

/** A DynamoDB item has at most 400 KB and a page at most 1 MB. As JSON they may be longer. */
const maxAnswerBytes = 4_000_000;
const pauseMilliseconds = 50;
/** The error codes by which AWS throttles requests. */
const throttlingCodes = /^Throttl|^TooManyRequests|^RequestLimitExceeded$|^ProvisionedThroughputExceeded/u;

export interface PlainCallsOptions {
  /** The service's name in its host name and in signatures: `dynamodb`, `events`, `apigateway`. */
  readonly host: string;
  readonly method?: 'POST' | 'DELETE';
  readonly path?: string;
  /** Milliseconds after which an attempt is given up. */
  readonly requestTimeout: number;
  /** How many attempts are made if errors are transient. */
  readonly attempts: number;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Sends one request. A `repeatable` request does no harm if it is sent several times, so it is sent again
 * without using up an attempt when a kept-alive connection was cut. Any other request uses up an attempt, and
 * the next one opens a new connection.
 */
export type PlainCall = (
  headers?: Readonly<Record<string, string>>,
  body?: string,
  options?: { readonly repeatable: boolean },
) => Promise<object>;

/**
 * Creates a function that calls an AWS service with JSON, without the SDK's client (docs/adr/0021). Region,
 * endpoint and credentials come from the AWS_* variables.
 * @returns the parsed body of an answer with a status below 300
 * @throws {CallError} which `awsCalls` translates
 */
export function createPlainCalls({
  host,
  method = 'POST',
  path = '/',
  requestTimeout,
  attempts,
  env,
}: PlainCallsOptions): PlainCall {
  const {
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  } = readEnvironment(env, ['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']);
  const sessionToken = env['AWS_SESSION_TOKEN'];
  const credentials = { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
  const endpoint = new URL(path, env['AWS_ENDPOINT_URL'] ?? `https://${host}.${region}.amazonaws.com`);
  const exchange = createExchange(endpoint, { timeoutMilliseconds: requestTimeout, maxAnswerBytes });

  return async (headers = {}, body = '', { repeatable } = { repeatable: false }) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const signed = aws4.sign(
          { service: host, region, host: endpoint.host, method, path, body, headers },
          credentials,
        );
        const signedHeaders = Object.fromEntries(
          Object.entries(signed.headers ?? {}).map(([name, value]) => [name, String(value)]),
        );
        const answer = await exchange({ method, headers: signedHeaders, body, repeatable }).catch(
          throwCallError,
        );
        return contentOf(answer);
      } catch (error) {
        if (attempt >= attempts || !(error instanceof CallError) || !error.isTransient) throw error;
        await setTimeout(Math.random() * pauseMilliseconds * 2 ** attempt);
      }
    }
  };
}

/** An error in the form that the SDK's clients throw. */
class CallError extends Error {
  override readonly name: string;
  readonly $metadata: { readonly httpStatusCode?: number };
  readonly $fault?: 'client' | 'server';
  readonly code?: string;
  readonly syscall?: string;

  constructor(
    name: string,
    {
      status,
      ...particulars
    }: {
      readonly status?: number;
      readonly $fault?: 'client' | 'server';
      readonly code?: string;
      readonly syscall?: string;
    },
  ) {
    super(name);
    this.name = name;
    this.$metadata = status === undefined ? {} : { httpStatusCode: status };
    Object.assign(this, particulars);
  }

  /**
   * Whether another attempt may succeed: there was no answer, a 5xx, or throttling. As with the SDK, an
   * unreadable answer is left to the caller.
   */
  get isTransient(): boolean {
    const { httpStatusCode: status } = this.$metadata;
    return status === undefined || status >= 500 || status === 429 || throttlingCodes.test(this.name);
  }
}

function contentOf({ status, text }: ExchangeAnswer): object {
  let content: { readonly __type?: string };
  try {
    content = text === '' && status < 300 ? {} : (JSON.parse(text) as typeof content);
  } catch {
    throw new CallError('Unknown', { status });
  }
  if (status < 300) return content;
  const code = content.__type?.split('#').at(-1);
  throw new CallError(code ?? 'Unknown', {
    status,
    ...(code !== undefined && { $fault: status < 500 ? 'client' : 'server' }),
  });
}

function throwCallError(error: unknown): never {
  const {
    name = 'Error',
    code,
    syscall,
  } = error as { readonly name?: string; readonly code?: string | number; readonly syscall?: string };
  throw new CallError(name, {
    ...(typeof code === 'string' && { code }),
    ...(syscall !== undefined && { syscall }),
  });
}
