import type { Invocation } from './lambda.ts';

export type FunctionFailure = Extract<Invocation, { ok: false }>;

/** Returns an error of the Lambda service or its runtime, with the error name that state machines match. */
export function failure(
  errorType: string,
  errorMessage: string,
  trace: readonly string[] = [],
): FunctionFailure {
  return { ok: false, error: { errorType, errorMessage, trace } };
}

/** Returns what a handler or its module has thrown, as the Node.js runtime reports it. */
export function thrown(error: unknown): FunctionFailure {
  return error instanceof Error
    ? failure(error.name, error.message, error.stack?.split('\n') ?? [])
    : failure(typeof error, String(error));
}

export const timedOut = (requestId: string, seconds: number): FunctionFailure =>
  failure(
    'Sandbox.Timedout',
    `RequestId: ${requestId} Error: Task timed out after ${seconds.toFixed(2)} seconds`,
  );

export const isTimeOut = (invocation: Invocation): boolean =>
  !invocation.ok && invocation.error.errorType === 'Sandbox.Timedout';

export const exited = (requestId: string): FunctionFailure =>
  failure('Runtime.ExitError', `RequestId: ${requestId} Error: Runtime exited with error: exit status 1`);

export const notImported = (requestId: string): FunctionFailure =>
  failure('Runtime.ImportModuleError', `RequestId: ${requestId} Error: Cannot find module 'handler'`);

/** The error for an answer that exceeds Lambda's limit. */
export const answerTooLarge = failure(
  'Function.ResponseSizeTooLarge',
  'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
);

/** Returns an error of the Lambda API as a state machine sees it. Its cause is plain text. */
export function refused(name: string, message: string, status: number, requestId: string): FunctionFailure {
  const words = `${message} (Service: AWSLambda; Status Code: ${status}; Error Code: ${name}; Request ID: ${requestId}; Proxy: null)`;
  return { ...failure(`Lambda.${name}`, words), refusedByService: true };
}
