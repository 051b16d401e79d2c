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

/** The calls of one AWS service, with its errors in the terms of `core/errors.ts` (see `error-table.ts`). */
export interface AwsCalls {
  /** Runs a call that changes nothing. An answer without what was asked for (`undefined`) is `Unavailable`. */
  read<T>(operation: string, send: () => Promise<T | undefined>): Promise<T>;
  /** Runs a call that changes something. An answer without what was asked for (`undefined`) is `OutcomeUnknown`. */
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

/** What the SDK's errors carry, as far as it matters here. The SDK puts `$metadata` on whatever a call ends with. */
interface SdkError extends Error {
  readonly $metadata: { readonly httpStatusCode?: number };
  /** On errors that the service itself words. */
  readonly $fault?: 'client' | 'server';
  /** On network errors: Node's code. */
  readonly code?: string;
  readonly syscall?: string;
}

const isSdkError = (error: unknown): error is SdkError => error instanceof Error && '$metadata' in error;

export function awsCalls(service: AwsServiceName): AwsCalls {
  const run =
    (kind: 'read' | 'effect') =>
    async <T>(operation: string, send: () => Promise<T | undefined>): Promise<T> => {
      let answer: T | undefined;
      try {
        answer = await send();
      } catch (error) {
        throw isSdkError(error) ? translated(error, service, operation, kind) : error;
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

function translated(
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
  const { circumstance, detail } = circumstances(error);
  const fault: ErrorDetails = { service, operation, detail };
  // The SDK's error about an unreadable answer quotes the answer, and that may hold a secret.
  return new classes[circumstanceTable[circumstance][kind]](
    isUnreadable(error) ? fault : { ...fault, cause: error },
  );
}

const isUnreadable = (error: SdkError) =>
  error.$metadata.httpStatusCode !== undefined && error.$fault === undefined;

function circumstances(error: SdkError): { circumstance: Circumstance; detail: string } {
  const status = error.$metadata.httpStatusCode;
  if (status === undefined) {
    const detail = error.code ?? error.name;
    return {
      circumstance:
        error.syscall === 'connect' || error.syscall === 'getaddrinfo' ? 'never connected' : 'no answer',
      detail,
    };
  }
  // `Unknown` is the SDK's name for an answer without a code.
  const detail = isUnreadable(error) || error.name === 'Unknown' ? `HTTP ${status}` : error.name;
  if (status < 400) return { circumstance: 'unreadable answer', detail: 'unreadable answer' };
  if (status >= 500) return { circumstance: '5xx', detail };
  if (status === 429 || status === 409) return { circumstance: `${status}`, detail };
  return { circumstance: 'other 4xx', detail };
}
