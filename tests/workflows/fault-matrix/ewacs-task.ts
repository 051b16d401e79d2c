import type { OnboardingTwin } from '../support/onboarding-twin.ts';
import { type Submission, taskClosed } from '../support/requests.ts';
import { closeTask, ewacsTaskOf, type Task } from '../support/things.ts';
import { inTime } from './in-time.ts';
import { assignmentGroupOf } from '../../support/shipped-catalogue.ts';

/** Returns the task as soon as the workflow waits for its closing. */
export async function openedTask(twin: OnboardingTwin, onboardingId: string): Promise<Task> {
  await inTime(
    () => twin.history(onboardingId),
    (history) => history.some(({ type }) => type === 'TaskSubmitted' || type === 'ExecutionFailed'),
  );
  const task = await ewacsTaskOf(twin, onboardingId);
  if (task === undefined) throw new Error(`no task was opened for ${onboardingId}`);
  return task;
}

/** Closes the task as complete, as the assignment group does, and sends ServiceNow's webhook. */
export async function complete(twin: OnboardingTwin, submission: Submission, task: Task): Promise<void> {
  await closeTask(twin, task, '3');
  const { status } = await twin.post(taskClosed(submission, task.number));
  if (status !== 202) throw new Error(`the webhook answered ${status}`);
}

/** Creates a task for the onboarding that is closed already and that nobody was told about. */
export async function makeClosedTask(
  { urls }: OnboardingTwin,
  onboardingId: string,
  state: '3' | '4',
): Promise<void> {
  const answered = await fetch(`${urls.servicenow}/api/now/table/sc_task`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from('admin:admin').toString('base64')}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({
      correlation_id: `${onboardingId}/ewacs-account`,
      assignment_group: assignmentGroupOf('US'),
      state,
    }),
  });
  if (!answered.ok) throw new Error(`making the task answered ${answered.status}`);
}
