import {
  Conflict,
  Defect,
  type ErrorDetails,
  NotFound,
  OutcomeUnknown,
  Rejected,
  type StepError,
  Throttled,
  Unavailable,
} from '../../core/errors.ts';
import {
  type AwsServiceName,
  type Circumstance,
  circumstanceTable,
  codeTable,
  type ErrorMeaning,
} from './error-table.ts';

/**
 * Runs the calls of one AWS service and turns its errors into those of `core/errors.ts` (see
 * `error-table.ts`).
 */
export interface AwsCalls {
  /**
   * Runs a call that changes nothing. If `send` returns `undefined`, the answer was incomplete and the error
   * is `Unavailable`.
   */
  read<T>(operation: string, send: () => Promise<T | undefined>): Promise<T>;
  /**
   * Runs a call that changes something. If `send` returns `undefined`, the answer was incomplete and the
   * error is `OutcomeUnknown`.
   */
  effect<T>(operation: string, send: () => Promise<T | undefined>): Promise<T>;
}

const classes: Readonly<Record<ErrorMeaning, new (fault: ErrorDetails) => StepError>> = {
  Throttled,
  Unavailable,
  OutcomeUnknown,
  Rejected,
  Conflict,
  NotFound,
  Defect,
};

/** The members of the SDK's errors that are used here. The SDK adds `$metadata` to every error of a call. */
interface SdkError extends Error {
  readonly $metadata: { readonly httpStatusCode?: number };
  /** Present on errors that the service itself returned. */
  readonly $fault?: 'client' | 'server';
  /** Node's error code, on network errors. */
  readonly code?: string;
  readonly syscall?: string;
}

const isSdkError = (error: unknown): error is SdkError => error instanceof Error && '$metadata' in error;

/** Creates the wrapper for calls of one AWS service. */
export function awsCalls(service: AwsServiceName): AwsCalls {
  const run =
    (kind: 'read' | 'effect') =>
    async <T>(operation: string, send: () => Promise<T | undefined>): Promise<T> => {
      let answer: T | undefined;
      try {
        answer = await send();
      } catch (error) {
        throw isSdkError(error) ? toStepError(error, service, operation, kind) : error;
      }
      if (answer !== undefined) return answer;
      throw new classes[circumstanceTable['incomplete answer'][kind]]({
        service,
        operation,
        detail: 'incomplete answer',
      });
    };
  return { read: run('read'), effect: run('effect') };
}

function toStepError(
  error: SdkError,
  service: AwsServiceName,
  operation: string,
  kind: 'read' | 'effect',
): StepError {
  const row = codeTable.find(
    (each) =>
      each.code === error.name &&
      (each.service === service || each.service === 'any') &&
      (each.onlyOf ?? operation) === operation &&
      (each.says?.test(error.message) ?? true),
  );
  if (row !== undefined) {
    return new classes[row.means]({ service, operation, detail: error.name, cause: error });
  }
  const { circumstance, detail } = circumstanceOf(error);
  const fault: ErrorDetails = { service, operation, detail };
  // The SDK's error about an unreadable answer quotes the answer, which may contain a secret. It is not kept
  // as the cause.
  return new classes[circumstanceTable[circumstance][kind]](
    isUnreadable(error) ? fault : { ...fault, cause: error },
  );
}

const isUnreadable = (error: SdkError) =>
  error.$metadata.httpStatusCode !== undefined && error.$fault === undefined;

function circumstanceOf(error: SdkError): { circumstance: Circumstance; detail: string } {
  const status = error.$metadata.httpStatusCode;
  if (status === undefined) {
    const detail = error.code ?? error.name;
    return {
      circumstance:
        error.syscall === 'connect' || error.syscall === 'getaddrinfo' ? 'never connected' : 'no answer',
      detail,
    };
  }
  // `Unknown` is the SDK's name for an error without a code.
  const detail = isUnreadable(error) || error.name === 'Unknown' ? `HTTP ${status}` : error.name;
  if (status < 400) return { circumstance: 'unreadable answer', detail: 'unreadable answer' };
  if (status >= 500) return { circumstance: '5xx', detail };
  if (status === 429 || status === 409) return { circumstance: `${status}`, detail };
  return { circumstance: 'other 4xx', detail };
}
