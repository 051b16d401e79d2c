import { type ErrorDetails, OutcomeUnknown, type StepError, Unavailable } from '../../core/errors.ts';

/** One request to a vendor's JSON API. Errors name its service and operation. */
export interface JsonRequest {
  readonly service: string;
  readonly operation: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | URLSearchParams;
  /**
   * Whether the request changes something at the vendor. A lost answer is then `OutcomeUnknown`, otherwise
   * `Unavailable`.
   */
  readonly changes: boolean;
}

export interface JsonAnswer {
  readonly ok: boolean;
  readonly status: number;
  readonly headers: Headers;
  /** The parsed body. Undefined if there is none, or if an error answer is not JSON. */
  readonly body: unknown;
}

export interface CallLimits {
  /** The time limit for everything, from connecting to the last byte of the body. */
  readonly timeoutMilliseconds: number;
  readonly maxAnswerBytes: number;
}

export const usualLimits: CallLimits = { timeoutMilliseconds: 10_000, maxAnswerBytes: 1_000_000 };

/**
 * Sends one request and follows no redirect. Returns the answer, whatever its status.
 * @throws {Unavailable} if the request was never sent or changes nothing
 * @throws {OutcomeUnknown} if it was sent and no usable answer came: time-out, broken connection, too large
 *   an answer, or a success that is not JSON
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

/** Returns the error for a request whose answer does not tell what happened. */
export function noUsableAnswer(fault: ErrorDetails, changes: boolean): StepError {
  return changes ? new OutcomeUnknown(fault) : new Unavailable(fault);
}

/** An answer that breaks the rules. The parser's message is left out, because it would quote the body. */
class UnusableAnswer extends Error {
  override readonly name = 'UnusableAnswer';
}

/** The error codes of undici and the resolver for a request of which nothing was sent. */
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

/**
 * Returns the parsed text, or undefined if it is not JSON. A proxy may answer errors with HTML; the status is
 * then all there is.
 */
function parseIfJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
