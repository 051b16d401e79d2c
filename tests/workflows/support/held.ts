import { type HistoryEventType, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { invoke, type Target } from '../../../clients/operator.ts';
import { statesOf } from '../../../scripts/progress.ts';
import type { WebhookAnswer } from '../../../clients/webhook.ts';
import { postInTime } from './moved.ts';
import { eventually } from '../../support/eventually.ts';
import { type Fault, type OnboardingTwin } from './onboarding-twin.ts';
import { executionArnOf, onboardingIdOf, type Submission, taskClosed } from './requests.ts';
import { closeTask, ewacsTaskOf } from './things.ts';
import { entriesOf, type TicketJournal } from './told.ts';

/** A place where an execution stands still and can be stopped. */
export interface Place {
  readonly state: string;
  /** What is happening there. */
  readonly when: string;
  /**
   * Faults that bring the execution there. The last one keeps it there, unless the execution waits by itself.
   */
  readonly faults: readonly Fault[];
  /** True if the task that it waits for is closed before. */
  readonly closing?: true;
  /** The last event of its history there. Usually it says that a function has been called. */
  readonly last?: HistoryEventType;
}

export const hang = (service: string, operation: string): Fault => ({ service, operation, mode: 'hang' });
export const crash = (service: string, operation: string): Fault => ({ service, operation, mode: 'crash' });

/**
 * Stops the request's execution at the first place. For each further place, it is redriven and stopped again.
 * It stays stopped at the last one.
 */
export async function stopAt(
  twin: OnboardingTwin,
  submission: Submission,
  places: readonly Place[],
): Promise<void> {
  const onboardingId = onboardingIdOf(submission);
  for (const [index, { state, when, faults, closing, last = 'TaskStarted' }] of places.entries()) {
    if (closing === true) await closeAwaited(twin, submission);
    if (faults.length > 0) await twin.addFaults(...faults);
    await (index === 0 ? twin.post(submission) : twin.redrive(onboardingId));
    await eventually(async () => {
      const left = await twin.faultsLeft();
      const history = await twin.history(onboardingId);
      if (/^Execution(?:Succeeded|Failed)$/u.test(history.at(-1)?.type ?? '')) {
        throw new Error(`it came past ${state}, when ${when}`);
      }
      return (
        (left.length === 0 && statesOf(history).at(-1)?.name === state && history.at(-1)?.type === last) ||
        undefined
      );
    });
    await stop(twin, onboardingId);
  }
}

export async function stop(twin: OnboardingTwin, onboardingId: string): Promise<void> {
  await twin.aws.stepFunctions.send(new StopExecutionCommand({ executionArn: executionArnOf(onboardingId) }));
}

/** Closes the task as a person does in ServiceNow, and sends the webhook with the twin's time. */
export async function closeAwaited(
  twin: OnboardingTwin,
  submission: Submission,
  state: '3' | '4' | '7' = '3',
): Promise<WebhookAnswer> {
  const task = await eventually(() => ewacsTaskOf(twin, onboardingIdOf(submission)));
  await closeTask(twin, task, state);
  return postInTime(twin.urls, taskClosed(submission, task.number, state));
}

/** Returns the ticket's journal without the entry that the execution was stopped. */
export async function heard({ urls }: OnboardingTwin, { number }: Submission): Promise<TicketJournal> {
  const { state, work_notes, comments } = await entriesOf(urls, number);
  const lasting = (entries: readonly string[]): readonly string[] =>
    entries.filter((entry) => !entry.startsWith('Stopped'));
  return { state, work_notes: lasting(work_notes), comments: lasting(comments) };
}

/** Does what `npm run rollback` does after it has checked that the execution is stopped. */
export async function rollBack(twin: OnboardingTwin, onboardingId: string): Promise<void> {
  await invoke(operatorOf(twin), 'finish-rollback', { onboardingId });
  await invoke(operatorOf(twin), 'ticket-report', { onboardingId, milestone: 'RolledBack' });
}

/** Returns the target of an operator's commands. */
export const operatorOf = ({ urls }: OnboardingTwin): Target => ({
  client: {
    endpoint: urls.aws,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'twin', secretAccessKey: 'twin' },
  },
  stack: 'sallyport-dev',
});
