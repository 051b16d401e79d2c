import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, type OnboardingTwin, startOnboardingTwin } from './support/onboarding-twin.ts';
import { newSubmission, onboardingIdOf, type Submission, taskClosed } from './support/requests.ts';
import { revealed } from './support/revealed.ts';
import { closeTask, ewacsTaskOf, nothing, thingsOf } from './support/things.ts';
import { entriesOf, linksMailed, mailsTo } from './support/told.ts';
import { wholeJournal, wholeJournalWithEwacs, wholeOf } from './support/whole.ts';

let twin: OnboardingTwin;
beforeAll(async () => { twin = await startOnboardingTwin(); });
afterAll(() => twin.stop());

async function expectWhole(submission: Submission, journal = wholeJournal): Promise<void> {
  const onboardingId = onboardingIdOf(submission);
  expect(await twin.ended(onboardingId)).toMatchObject({ status: 'SUCCEEDED' });
  expect(await thingsOf(twin, onboardingId)).toEqual(wholeOf(submission));
  expect(await entriesOf(twin.urls, submission.number)).toEqual(journal);
  expect((await mailsTo(twin.urls, submission.variables['email'] ?? '')).filter((mail) => mail.startsWith('okta:'))).toHaveLength(1);
  expect(new Set(await linksMailed(twin.urls, onboardingId)).size, 'every mail has the same link').toBe(1);
}

/** Has the twin hang on the operation, posts the request, and waits until its workflow hangs there. */
async function hangingAt(service: string, operation: string, variables: Readonly<Record<string, string>> = {}): Promise<Submission> {
  await twin.setFaults({ service, operation, mode: 'hang' });
  const submission = newSubmission('b2b-onboarding', variables);
  await twin.post(submission);
  await eventually(async () => (await twin.faultsLeft()).length === 0 || undefined);
  return submission;
}

test('X-1 after a kill, what waits goes on waiting, and what hung in a call or an undo goes on to its end', async () => {
  const waiting = newSubmission('b2b-onboarding', { ewacs_account_created: 'false' });
  await twin.post(waiting);
  await eventually(async () => (await twin.history(onboardingIdOf(waiting))).find(({ type }) => type === 'TaskSubmitted'));

  await twin.setFaults({ service: 'ses', operation: 'SendEmail', mode: 'reject' });
  const undoing = await hangingAt('cognito', 'DeleteUserPoolClient');
  expect(await twin.stateOf(onboardingIdOf(undoing))).toBe('UndoCognitoClient');
  const hanging = [
    await hangingAt('okta', 'CreateUser'), await hangingAt('cognito', 'CreateUserPoolClient'), await hangingAt('apigateway', 'CreateApiKey'),
    await hangingAt('apigateway', 'CreateUsagePlanKey'), await hangingAt('ses', 'SendEmail'), await hangingAt('servicenow', 'UpdateRecord'),
  ];
  const opening = await hangingAt('servicenow', 'CreateRecord', { ewacs_account_created: 'false' });

  expect(await twin.kill('SIGKILL')).toBe('SIGKILL');
  await twin.restart();
  for (const submission of hanging) await expectWhole(submission);

  expect(await twin.ended(onboardingIdOf(undoing))).toMatchObject({ status: 'FAILED', error: 'RolledBack' });
  expect(await thingsOf(twin, onboardingIdOf(undoing))).toEqual(nothing);
  expect(await entriesOf(twin.urls, undoing.number)).toEqual({
    state: '4', work_notes: ['Accepted', 'ProfileReady', 'ClientReady', 'RolledBack'], comments: ['Accepted', 'RolledBack'],
  });

  for (const submission of [waiting, opening]) {
    const onboardingId = onboardingIdOf(submission);
    await eventually(async () => (await twin.history(onboardingId)).find(({ type }) => type === 'TaskSubmitted'));
    expect(await twin.stateOf(onboardingId)).toBe('AwaitEwacsAccount');
    const task = await eventually(() => ewacsTaskOf(twin, onboardingId));
    expect((await thingsOf(twin, onboardingId)).openTasks).toEqual([task.number]);
    await closeTask(twin, task, '3');
    expect(await twin.post(taskClosed(submission, task.number))).toMatchObject({ status: 202 });
    await expectWhole(submission, wholeJournalWithEwacs);
  }
});

test('X-1 killed again and again, every workflow ends Done, with one of each', async () => {
  const moments = [35, 120, 60, 210];
  const submissions = Array.from({ length: 6 }, () => newSubmission('b2b-onboarding'));
  for (const submission of submissions) {
    await twin.post(submission);
    await pause(15);
  }
  for (const milliseconds of moments) {
    await pause(milliseconds);
    if (milliseconds === moments[0]) expect(await twin.stateOf(onboardingIdOf(submissions[0] ?? newSubmission('b2b-onboarding')))).not.toBe('Done');
    await twin.kill('SIGKILL');
    await twin.restart();
  }
  for (const submission of submissions) await expectWhole(submission);
});

test('WF-7 neither histories nor the log tell secrets or particulars', async () => {
  expect(await revealed(twin)).toEqual([]);
});
