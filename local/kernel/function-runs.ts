import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';

/** One run of a function. */
export interface FunctionRun {
  readonly requestId: string;
  /** The short name of the function. */
  readonly functionName: string;
  readonly event: unknown;
}

/** The header that identifies the run in a function's requests. The stand-ins' operations ignore it. */
export const runHeader = 'x-twin-run';

const current = new AsyncLocalStorage<FunctionRun | undefined>();
const runsInProgress = new Map<string, FunctionRun>();

/** Runs a function's handler so that its requests can be told apart from all others. */
export async function asFunction<Result>(run: FunctionRun, handler: () => Promise<Result>): Promise<Result> {
  runsInProgress.set(run.requestId, run);
  try {
    return await current.run(run, handler);
  } finally {
    runsInProgress.delete(run.requestId);
  }
}

/** The number of timed-out runs that are remembered. Their work ends by itself soon after. */
const timedOutRunsKept = 1000;
const timedOutRuns = new Set<string>();

/** Notes that a run has timed out. AWS ends its process, so none of its later requests reaches anybody. */
export function noteTimedOut(requestId: string): void {
  timedOutRuns.add(requestId);
  for (const oldest of timedOutRuns) {
    if (timedOutRuns.size <= timedOutRunsKept) break;
    timedOutRuns.delete(oldest);
  }
}

/** Tells whether the run that the value of a request's `runHeader` names has timed out. */
export const hasTimedOut = (requestId: string | null): boolean =>
  requestId !== null && timedOutRuns.has(requestId);

/** Answers a request on behalf of the run that the value of its `runHeader` names. */
export function onBehalfOf<Result>(requestId: string | undefined, answer: () => Result): Result {
  return current.run(requestId === undefined ? undefined : runsInProgress.get(requestId), answer);
}

/** Returns the run whose request is being answered, or undefined if the request came from outside. */
export const callingRun = (): FunctionRun | undefined => current.getStore();

interface Channels {
  readonly 'http.client.request.created': {
    readonly request: { setHeader(name: string, value: string): void };
  };
  readonly 'undici:request:create': { readonly request: { addHeader(name: string, value: string): void } };
}

// Node publishes a request in the asynchronous context that makes it, which is the handler's.
onRequest('http.client.request.created', ({ request }, id) => request.setHeader(runHeader, id));
onRequest('undici:request:create', ({ request }, id) => request.addHeader(runHeader, id));

function onRequest<Name extends keyof Channels>(
  channel: Name,
  mark: (message: Channels[Name], requestId: string) => void,
): void {
  subscribe(channel, (message) => {
    const run = current.getStore();
    if (run !== undefined) mark(message as Channels[Name], run.requestId);
  });
}
