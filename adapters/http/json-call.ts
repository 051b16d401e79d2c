import { type ErrorDetails, OutcomeUnknown, type StepError, Unavailable } from '../../core/errors.ts';

/** One request to a vendor's JSON API, under the name it bears in errors. */
export interface JsonRequest {
  readonly service: string;
  readonly operation: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | URLSearchParams;
  /** Whether the vendor changes something: a lost answer is then `OutcomeUnknown`, otherwise `Unavailable`. */
  readonly changes: boolean;
}

export interface JsonAnswer {
  readonly ok: boolean;
  readonly status: number;
  readonly headers: Headers;
  /** The parsed body; undefined where there is none, or where an error came without JSON. */
  readonly body: unknown;
}

export interface CallLimits {
  /** For everything, from connecting to the body's last byte. */
  readonly timeoutMilliseconds: number;
  readonly maxAnswerBytes: number;
}

export const usualLimits: CallLimits = { timeoutMilliseconds: 10_000, maxAnswerBytes: 1_000_000 };

/**
 * Sends one request and follows no redirect. Answers with whatever status the vendor gave. Throws
 * `Unavailable` if the request never left or changes nothing, `OutcomeUnknown` if it left and no usable
 * answer came: time-out, broken connection, too large, or a success that is not JSON.
 */
export async function callJson(request: JsonRequest, limits: CallLimits): Promise<JsonAnswer> {
  try {
    const response = await fetch(request.url, {
      method: request.method,
      headers: { accept: 'application/json', ...request.headers },
      body: request.body ?? null,
      redirect: 'error',
      signal: AbortSignal.timeout(limits.timeoutMilliseconds),
    });
    const text = await readText(response, limits.maxAnswerBytes);
    const { ok, status, headers } = response;
    return { ok, status, headers, body: ok ? parse(text) : parseIfJson(text) };
  } catch (error) {
    throw withoutAnswer(request, error);
  }
}

/** The error for a request whose answer does not tell what happened. */
export function noUsableAnswer(fault: ErrorDetails, changes: boolean): StepError {
  return changes ? new OutcomeUnknown(fault) : new Unavailable(fault);
}

/** An answer that breaks the rules. The parser's own words would quote the body, so they are left out. */
class UnusableAnswer extends Error {
  override readonly name = 'UnusableAnswer';
}

/** What undici and the resolver say before a single byte of the request has left. */
const neverLeft = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);

function withoutAnswer({ service, operation, changes }: JsonRequest, error: unknown): StepError {
  const fault = (detail: string): ErrorDetails => ({ service, operation, detail, cause: error });
  if (error instanceof UnusableAnswer) return noUsableAnswer(fault(error.message), changes);
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    return noUsableAnswer(fault('time-out'), changes);
  }
  const code = connectionCode(error);
  if (neverLeft.has(code)) return new Unavailable(fault(code));
  return noUsableAnswer(fault(code), changes);
}

function connectionCode(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code;
  return 'no answer';
}

async function readText(response: Response, maxBytes: number): Promise<string> {
  const stream: AsyncIterable<Uint8Array> | null = response.body;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new UnusableAnswer(`answer over ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new UnusableAnswer('answer is not JSON');
  }
}

/** A proxy in between words its errors in HTML; the status alone then says what happened. */
function parseIfJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
