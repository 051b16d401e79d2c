import * as z from 'zod/mini';
import { ticketNumberOf } from '../workflow/ids.ts';
import type { Alerts } from '../workflow/ports.ts';

/** What a state failed with, as the state machine caught it. */
export interface StateFailure {
  /** The name of a class of `core/errors.ts`, or of an error that AWS raised in its place. */
  readonly error: string;
  /** What the Lambda service says of it: JSON, or plain text. */
  readonly cause?: string | undefined;
}

const longestSentence = 500;

/**
 * Alerts the operators of a fault that is ours, before anything is taken back. It reads no record: the fault
 * may be that there is none to be read.
 */
export async function alertOperators(
  { alerts }: { readonly alerts: Alerts },
  onboardingId: string,
  failure: StateFailure,
): Promise<void> {
  const sentence = `A step failed by a fault of ours: ${failure.error}, ${wordsOf(failure)}`;
  await alerts.raise({
    onboardingId,
    ticketNumber: ticketNumberOf(onboardingId),
    status: 'Defect',
    reasons: [{ code: failure.error, sentence: Array.from(sentence).slice(0, longestSentence).join('') }],
  });
}

/** The message of the error; not its stack trace. */
function wordsOf({ cause = '' }: StateFailure): string {
  const words = isJson(cause) ? (lambdaError.safeParse(JSON.parse(cause)).data?.errorMessage ?? '') : cause;
  return words === '' ? 'without a message' : words;
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
