import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';

/** One run of a function. */
export interface FunctionRun {
  readonly requestId: string;
  /** Its short name. */
  readonly functionName: string;
  readonly event: unknown;
}

/** Of a request that a function makes: its run. To those who answer it is one of the headers they do not know. */
export const runHeader = 'x-twin-run';

const current = new AsyncLocalStorage<FunctionRun | undefined>();
const underWay = new Map<string, FunctionRun>();

/** Runs a function's handler so that its requests can be told from all others. */
export async function asFunction<Result>(run: FunctionRun, handler: () => Promise<Result>): Promise<Result> {
  underWay.set(run.requestId, run);
  try {
    return await current.run(run, handler);
  } finally {
    underWay.delete(run.requestId);
  }
}

/** Answers a request whose `runHeader` has this value as one of that run's. */
export function onBehalfOf<Result>(requestId: string | undefined, answer: () => Result): Result {
  return current.run(requestId === undefined ? undefined : underWay.get(requestId), answer);
}

/** Whose request is being answered; undefined if it came from outside. */
export const callingRun = (): FunctionRun | undefined => current.getStore();

interface Channels {
  readonly 'http.client.request.created': {
    readonly request: { setHeader(name: string, value: string): void };
  };
  readonly 'undici:request:create': { readonly request: { addHeader(name: string, value: string): void } };
}

// Node tells of a request where it is made, which is in the asynchronous context of the handler.
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
