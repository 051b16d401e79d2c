import aws4 from 'aws4';
import { setTimeout } from 'node:timers/promises';
import { readEnvironment } from '../environment.ts';
import { createExchange, type ExchangeAnswer } from '../http/exchange.ts';

/** An item of DynamoDB has at most 400 KB, a page of them 1 MB; its JSON may be longer. */
const maxAnswerBytes = 4_000_000;
const pauseMilliseconds = 50;
/** AWS's names for being asked too much. */
const asksForPatience = /^Throttl|^TooManyRequests|^RequestLimitExceeded$|^ProvisionedThroughputExceeded/u;

export interface PlainCallsOptions {
  /** As its host and its signatures name it: `dynamodb`, `events`, `apigateway`. */
  readonly host: string;
  readonly method?: 'POST' | 'DELETE';
  readonly path?: string;
  /** Milliseconds after which a try is given up. */
  readonly requestTimeout: number;
  /** How often what may pass is tried. */
  readonly attempts: number;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Sends one request. `repeatable` ones do no harm however often they are sent, so kept connections that were cut
 * use up none of their tries; any other uses up one, and its next try has a new connection.
 */
export type PlainCall = (
  headers?: Readonly<Record<string, string>>,
  body?: string,
  options?: { readonly repeatable: boolean },
) => Promise<object>;

/**
 * Calls an AWS service, as JSON, without the SDK's client (docs/adr/0021). Region,
 * endpoint and credentials come from the AWS_* variables.
 * @returns the content of an answer below 300
 * @throws {CallError} for `awsCalls` to translate
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
        const all = Object.fromEntries(
          Object.entries(signed.headers ?? {}).map(([name, value]) => [name, String(value)]),
        );
        return contentOf(await exchange({ method, headers: all, body, repeatable }).catch(unanswered));
      } catch (error) {
        if (attempt >= attempts || !(error instanceof CallError) || !error.mayPass) throw error;
        await setTimeout(Math.random() * pauseMilliseconds * 2 ** attempt);
      }
    }
  };
}

/** An error as the SDK's clients throw it. */
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

  /** No answer, or one that may be another next time. As with the SDK, one that cannot be read is for the caller. */
  get mayPass(): boolean {
    const { httpStatusCode: status } = this.$metadata;
    return status === undefined || status >= 500 || status === 429 || asksForPatience.test(this.name);
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

function unanswered(error: unknown): never {
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
