import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Ran, run } from '../support/commands.ts';
import { eventually } from '../support/eventually.ts';
import { doneEnd } from './support/ends.ts';
import { type OnboardingTwin, shareOnboardingTwin } from './support/onboarding-twin.ts';
import { newSubmission, onboardingIdOf, type Submission } from './support/requests.ts';
import { runsBy } from './support/runs.ts';
import { closeTask, ewacsTaskOf, recordOf } from './support/things.ts';
import { entriesOf } from './support/told.ts';
import { wholeJournalWithEwacs } from './support/whole.ts';

let twin: OnboardingTwin;
beforeAll(async () => {
  twin = await shareOnboardingTwin({ timeScale: 40 });
});
afterEach(() => twin.clearFaults());
afterAll(() => twin.stop());

const reconcile = (onboardingId: string): Promise<Ran> =>
  run('scripts/reconcile.ts', [onboardingId], {
    environment: { SALLYPORT_PORT: new URL(twin.urls.gateway).port },
  });
const says = (words: string): Ran => ({
  exitCode: 0,
  stdout: `twin at ${twin.urls.gateway}\n${words}\n`,
  stderr: '',
});

describe('X-4 npm run reconcile', () => {
  test('tells the ticket of an end that only the record knows of', async () => {
    const submission = newSubmission('b2b-onboarding');
    const onboardingId = onboardingIdOf(submission);
    const during = { event: { onboardingId } };
    await twin.addFaults(
      { service: 'apigateway', operation: 'CreateApiKey', mode: 'reject', during },
      { service: 'servicenow', operation: 'UpdateRecord', mode: 'reject', times: 3, during },
      { service: 'lambda', operation: 'execution-ended', mode: 'reject', times: 3 },
    );
    await twin.onboard(submission);
    await eventually(async () => (await twin.faultsLeft()).length === 0 || undefined);
    expect(await recordOf(twin, onboardingId)).toEqual({ status: 'RolledBack', reasons: undefined });
    expect(await entriesOf(twin.urls, submission.number)).toEqual({
      state: '1',
      work_notes: [],
      comments: [],
    });

    for (let time = 0; time < 2; time += 1) {
      expect(await reconcile(onboardingId)).toEqual(
        says(`${onboardingId}: record and ticket say what the execution says`),
      );
    }
    expect(await entriesOf(twin.urls, submission.number)).toEqual({
      state: '4',
      work_notes: ['RolledBack'],
      comments: ['RolledBack'],
    });
  });

  test('looks at the task that an execution waits for', async () => {
    const submission: Submission = newSubmission('b2b-onboarding', { ewacs_account_created: 'false' });
    const onboardingId = onboardingIdOf(submission);
    await twin.post(submission);
    await eventually(
      async () => (await twin.history(onboardingId)).at(-1)?.type === 'TaskSubmitted' || undefined,
    );
    expect(await reconcile(onboardingId)).toEqual(says(`${onboardingId} waits: its task is still open`));

    const task = await eventually(() => ewacsTaskOf(twin, onboardingId));
    await closeTask(twin, task, '3');
    expect(await reconcile(onboardingId)).toEqual(says(`${onboardingId} goes on: its task is closed`));
    expect(await twin.ended(onboardingId)).toEqual(doneEnd(submission));
    expect(await entriesOf(twin.urls, submission.number)).toEqual(wholeJournalWithEwacs);
  });

  test('leaves alone what is at work', async () => {
    const submission = newSubmission('b2b-onboarding');
    const onboardingId = onboardingIdOf(submission);
    await twin.addFaults({
      service: 'lambda',
      operation: 'okta-profile',
      mode: 'hang',
      times: runsBy('lambda'),
      during: { event: { onboardingId } },
    });
    await twin.post(submission);
    await eventually(async () => (await twin.stateOf(onboardingId)) === 'OktaProfile' || undefined);
    expect(await reconcile(onboardingId)).toEqual(
      says(`${onboardingId} is at work: there is nothing to reconcile yet`),
    );
    expect(await recordOf(twin, onboardingId)).toEqual({ status: 'Running', reasons: undefined });
  });

  test('says that nobody knows the onboarding', async () => {
    expect(await reconcile('RITM0999999-b2b-onboarding-DEV-1')).toEqual({
      exitCode: 1,
      stdout: `twin at ${twin.urls.gateway}\n`,
      stderr: '✗ There is no onboarding RITM0999999-b2b-onboarding-DEV-1. List what there is: npm run show\n',
    });
  });
});
