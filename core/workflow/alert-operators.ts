import * as z from 'zod/mini';
import type { Alerts } from './ports.ts';

/** The error with which a state failed, as the state machine caught it. */
export interface StateFailure {
  /** The name of an error class of `core/errors.ts`, or of an error that AWS raised instead. */
  readonly error: string;
  /** The description from the Lambda service: JSON, or plain text. */
  readonly cause?: string | undefined;
}

const maxSentenceLength = 500;

/**
 * Alerts the operators to a fault of ours, before anything is undone. It reads no record, because a missing
 * record may be the fault.
 */
export async function alertOperators(
  { alerts }: { readonly alerts: Alerts },
  executionId: string,
  failure: StateFailure,
): Promise<void> {
  const sentence = `A step failed by a fault of ours: ${failure.error}, ${messageOf(failure)}`;
  await alerts.raise({
    executionId,
    status: 'Defect',
    reasons: [{ code: failure.error, sentence: Array.from(sentence).slice(0, maxSentenceLength).join('') }],
  });
}

/** Returns the message of the error, without its stack trace. */
function messageOf({ cause = '' }: StateFailure): string {
  const message = isJson(cause) ? (lambdaError.safeParse(JSON.parse(cause)).data?.errorMessage ?? '') : cause;
  return message === '' ? 'without a message' : message;
}

const lambdaError = z.object({ errorMessage: z.string() });

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
