import {
  DescribeExecutionCommand,
  type HistoryEvent,
  paginateGetExecutionHistory,
} from '@aws-sdk/client-sfn';
import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import { describeRefusal, postWebhook, type WebhookAnswer } from '../../../clients/webhook.ts';
import { problemOf } from '../problems.ts';
import { StepFailed } from '../step.ts';
import { invoke } from './invoke.ts';
import type { Run } from './run.ts';
import { undo } from './undo.ts';

const receipt = z.object({
  onboardingId: z.string(),
  executionArn: z.string(),
  status: z.string().optional(),
});
type Receipt = z.infer<typeof receipt>;

/** Starts an onboarding for the smoke test's ticket, whatever an earlier smoke test has left there. */
export async function startOnboarding(run: Run): Promise<Receipt> {
  const {
    context: { say },
  } = run;
  const first = await post(run);
  if (first.status === 202) {
    say('the signed webhook is taken');
    return receipt.parse(first.body);
  }
  const earlier = z.object({ onboardingId: z.string() }).parse(first.body).onboardingId;
  if (first.status === 409) {
    // An earlier test had other parameters and was not undone.
    await undo(run, earlier);
    return receipt.parse((await post(run)).body);
  }
  const known = receipt.parse(first.body);
  if (known.status === 'Running') return known;
  say(`an earlier smoke test, ${earlier}, is ${known.status ?? 'known'}: this one is a new attempt`);
  if (known.status === 'Done') await undo(run, earlier);
  // The request is given again, because the personal data of the earlier one may have been removed.
  return receipt.parse(await invoke(run.context, 'redrive', { onboardingId: earlier, input: run.body }));
}

async function post({ context: { clock }, api, body, signingSecret }: Run): Promise<WebhookAnswer> {
  let answer: WebhookAnswer;
  try {
    answer = await postWebhook(api, body, signingSecret, clock.now());
  } catch (error) {
    throw new StepFailed(
      {
        what: `POST ${api}/webhooks/servicenow got no answer: ${problemOf(error).what}`,
        remedy: 'Check that this machine reaches the address, and its DNS.',
      },
      error,
    );
  }
  if ([200, 202, 409].includes(answer.status)) return answer;
  throw new StepFailed({
    what: describeRefusal(answer),
    remedy:
      answer.status === 401
        ? 'The function keeps a secret for five minutes: if it has just been changed, run the command again after that.'
        : answer.status === 422
          ? 'Correct these parameters under smokeTest.'
          : 'Look at the log group of the function servicenow-webhook.',
  });
}

const pollMilliseconds = 1000;
const timeoutMilliseconds = 15 * 60 * 1000;

/**
 * Waits for the end of the execution.
 * @throws {StepFailed} if it does not succeed or takes too long
 */
export async function waitForEnd(
  { context: { aws, clock, stack } }: Run,
  { onboardingId, executionArn }: Receipt,
): Promise<void> {
  const until = clock.now().getTime() + timeoutMilliseconds;
  for (;;) {
    const { status = 'UNKNOWN', error = status } = await aws.sfn.send(
      new DescribeExecutionCommand({ executionArn }),
    );
    if (status === 'SUCCEEDED') return;
    if (status !== 'RUNNING') {
      const history: HistoryEvent[] = [];
      for await (const { events = [] } of paginateGetExecutionHistory(
        { client: aws.sfn },
        { executionArn },
      )) {
        history.push(...events);
      }
      throw new StepFailed({
        what: `The onboarding ${onboardingId} ended ${error}${firstFailure(history)}.`,
        remedy:
          error === 'RolledBack' || error === 'Rejected'
            ? 'Mend that, and run the command again. The runbook of this end: docs/runbooks.'
            : `Roll it back: SALLYPORT_STACK=${stack} npm run rollback -- ${onboardingId}. Then mend the cause, and run the command again.`,
      });
    }
    if (clock.now().getTime() > until) {
      throw new StepFailed({
        what: `The onboarding ${onboardingId} is still running after ${timeoutMilliseconds / 60_000} minutes.`,
        remedy:
          'Look at its execution in the Step Functions console. Run the command again to go on waiting.',
      });
    }
    await pause(pollMilliseconds);
  }
}

/** Describes the first failure of an execution. All later events belong to the rollback. */
export function firstFailure(history: readonly HistoryEvent[]): string {
  let state = '';
  for (const { stateEnteredEventDetails, taskFailedEventDetails, taskTimedOutEventDetails } of history) {
    state = stateEnteredEventDetails?.name ?? state;
    const failed = taskFailedEventDetails ?? taskTimedOutEventDetails;
    if (failed !== undefined) {
      return `; ${state} failed first: ${failed.error ?? 'an error'}: ${causeMessage(failed.cause ?? '')}`;
    }
  }
  return '';
}

function causeMessage(cause: string): string {
  try {
    return z.object({ errorMessage: z.string() }).parse(JSON.parse(cause)).errorMessage;
  } catch {
    return cause;
  }
}
