import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../support/commands.ts';
import { eventually } from '../support/eventually.ts';
import { doneEnd, rolledBackEnd, statesUntilUndone } from './support/ends.ts';
import { type OnboardingTwin, shareOnboardingTwin } from './support/onboarding-twin.ts';
import {
  executionArnOf,
  newSubmission,
  onboardingIdOf,
  receipt,
  type Submission,
} from './support/requests.ts';
import { revealed } from './support/revealed.ts';
import { runsBy } from './support/runs.ts';
import { nothing, recordOf, thingsOf } from './support/things.ts';
import { alertsOf, entriesOf } from './support/told.ts';
import { wholeJournal, wholeOf } from './support/whole.ts';

let twin: OnboardingTwin;
/** A state's run ends after 60 / 40 seconds, and a failed event is delivered again after the same time. */
beforeAll(async () => {
  twin = await shareOnboardingTwin({ timeScale: 40 });
});
afterEach(() => twin.clearFaults());
afterAll(() => twin.stop());

const statusBecomes = (onboardingId: string, status: string): Promise<true> =>
  eventually(async () => (await recordOf(twin, onboardingId)).status === status || undefined);
/** The functions' runs for one onboarding. Others on the shared twin are spared. */
const runsFor = (onboardingId: string) => ({ event: { onboardingId } });
const operator = (script: string, onboardingId: string) =>
  run(`scripts/${script}.ts`, [onboardingId], {
    environment: { SALLYPORT_PORT: new URL(twin.urls.gateway).port },
  });

describe('X-1 an end that the execution could not record', () => {
  test('Done: the record says so all the same, and the ticket is told', async () => {
    const submission = newSubmission('b2b-onboarding');
    const onboardingId = onboardingIdOf(submission);
    const during = runsFor(onboardingId);
    await twin.addFaults({ service: 'lambda', operation: 'credential-delivery', mode: 'hang', during });
    await twin.post(submission);
    await eventually(async () => (await twin.stateOf(onboardingId)) === 'CredentialDelivery' || undefined);
    await twin.addFaults({
      service: 'lambda',
      operation: 'ticket-report',
      mode: 'reject',
      times: runsBy('lambda'),
      during,
    });
    expect(await twin.ended(onboardingId)).toEqual(doneEnd(submission));
    await statusBecomes(onboardingId, 'Done');
    await eventually(async () => (await entriesOf(twin.urls, submission.number)).state === '3' || undefined);
    expect(await entriesOf(twin.urls, submission.number)).toEqual(wholeJournal);
    expect(await thingsOf(twin, onboardingId)).toEqual(wholeOf(submission));
    expect(await alertsOf(twin.urls, onboardingId)).toEqual([]);
  });

  test('RolledBack without even a record of the onboarding: the same ticket can be tried again', async () => {
    const submission = newSubmission('b2b-onboarding');
    const onboardingId = onboardingIdOf(submission);
    await twin.addFaults({
      service: 'lambda',
      operation: 'request-intake',
      mode: 'import-error',
      during: runsFor(onboardingId),
    });
    expect(await twin.onboard(submission)).toEqual(
      rolledBackEnd(submission, 'RequestIntake', { alerted: true }),
    );
    await statusBecomes(onboardingId, 'RolledBack');
    await eventually(async () => (await entriesOf(twin.urls, submission.number)).state === '4' || undefined);
    expect(await entriesOf(twin.urls, submission.number)).toEqual({
      state: '4',
      work_notes: ['RolledBack'],
      comments: ['RolledBack'],
    });
    expect(await twin.post(submission)).toEqual(receipt(submission, { status: 200, is: 'RolledBack' }));
    expect(await operator('redrive', onboardingId)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await entriesOf(twin.urls, submission.number)).toEqual({
      state: '3',
      work_notes: ['RolledBack', ...wholeJournal.work_notes],
      comments: ['RolledBack', ...wholeJournal.comments],
    });
  });
});

describe('X-4 an execution that comes to no end of its own is Stopped', () => {
  async function stopped(
    submission: Submission,
    why: { readonly code: string; readonly sentence: string },
    stepsInEffect: readonly string[],
  ): Promise<void> {
    const onboardingId = onboardingIdOf(submission);
    await statusBecomes(onboardingId, 'Stopped');
    const reasons = [
      why,
      ...stepsInEffect.map((step) => ({ code: step, sentence: `${step} is not undone.` })),
    ];
    expect(await recordOf(twin, onboardingId)).toEqual({ status: 'Stopped', reasons });
    await eventually(
      async () =>
        (await entriesOf(twin.urls, submission.number)).work_notes.includes('Stopped:0') || undefined,
    );
    const alerts = await alertsOf(twin.urls, onboardingId);
    expect(alerts.filter(({ status }) => status === 'Stopped')).toEqual([
      { onboardingId, ticketNumber: submission.number, status: 'Stopped', reasons },
    ]);
    expect(await twin.post(submission)).toEqual(receipt(submission, { status: 200, is: 'Stopped' }));
  }

  test('by hand: it is redriven to its end', async () => {
    const submission = newSubmission('b2b-onboarding');
    const onboardingId = onboardingIdOf(submission);
    await twin.addFaults({
      service: 'lambda',
      operation: 'cognito-client',
      mode: 'hang',
      during: runsFor(onboardingId),
    });
    await twin.post(submission);
    await eventually(async () => (await twin.stateOf(onboardingId)) === 'CognitoClient' || undefined);
    await twin.aws.stepFunctions.send(
      new StopExecutionCommand({ executionArn: executionArnOf(onboardingId) }),
    );
    await stopped(submission, { code: 'aborted', sentence: 'The execution was stopped by hand.' }, [
      'okta-profile',
    ]);

    await twin.clearFaults();
    await twin.redrive(onboardingId);
    expect(await twin.ended(onboardingId)).toEqual(doneEnd(submission));
    expect(await recordOf(twin, onboardingId)).toEqual({
      status: 'Done',
      reasons: [
        { code: 'aborted', sentence: 'The execution was stopped by hand.' },
        { code: 'okta-profile', sentence: 'okta-profile is not undone.' },
      ],
    });
    expect(await thingsOf(twin, onboardingId)).toEqual(wholeOf(submission));
  });

  // Failure F-44
  test('where nothing takes the error over: it is rolled back by hand', async () => {
    const submission = newSubmission('b2b-onboarding');
    const onboardingId = onboardingIdOf(submission);
    const during = runsFor(onboardingId);
    await twin.addFaults(
      { service: 'ses', operation: 'SendEmail', mode: 'reject', during },
      { service: 'lambda', operation: 'finish-rollback', mode: 'import-error', during },
      { service: 'okta', operation: 'DeleteUser', mode: 'reject', during },
    );
    expect(await twin.onboard(submission)).toEqual({
      onboardingId,
      status: 'FAILED',
      error: 'Runtime.ImportModuleError',
      states: statesUntilUndone(submission, 'CredentialDelivery'),
    });
    await stopped(
      submission,
      {
        code: 'failed',
        sentence: 'The execution failed where nothing takes an error over: Runtime.ImportModuleError.',
      },
      ['okta-profile'],
    );

    expect(await operator('rollback', onboardingId)).toEqual({
      exitCode: 0,
      stdout: expect.stringContaining(
        `${onboardingId} is rolled back, and the ticket has been told
`,
      ) as string,
      stderr: '',
    });
    expect(await thingsOf(twin, onboardingId)).toEqual(nothing);
    expect(await recordOf(twin, onboardingId)).toEqual({
      status: 'RolledBack',
      reasons: [
        {
          code: 'failed',
          sentence: 'The execution failed where nothing takes an error over: Runtime.ImportModuleError.',
        },
        { code: 'okta-profile', sentence: 'okta-profile is not undone.' },
      ],
    });
  });
});

test('X-1 an end whose event came to nothing is reconciled by npm run reconcile', async () => {
  const submission = newSubmission('b2b-onboarding');
  const onboardingId = onboardingIdOf(submission);
  await twin.addFaults(
    {
      service: 'lambda',
      operation: 'request-intake',
      mode: 'import-error',
      during: runsFor(onboardingId),
    },
    { service: 'lambda', operation: 'execution-ended', mode: 'reject', times: 3 },
  );
  expect(await twin.onboard(submission)).toEqual(
    rolledBackEnd(submission, 'RequestIntake', { alerted: true }),
  );
  await eventually(async () => (await twin.faultsLeft()).length === 0 || undefined);
  expect(await recordOf(twin, onboardingId)).toEqual({ status: undefined, reasons: undefined });

  const said = {
    exitCode: 0,
    stdout: `twin at ${twin.urls.gateway}\n${onboardingId}: record and ticket say what the execution says\n`,
    stderr: '',
  };
  expect(await operator('reconcile', onboardingId)).toEqual(said);
  expect(await recordOf(twin, onboardingId)).toEqual({ status: 'RolledBack', reasons: undefined });
  expect(await entriesOf(twin.urls, submission.number)).toEqual({
    state: '4',
    work_notes: ['RolledBack'],
    comments: ['RolledBack'],
  });
});

test('WF-7 a mail that bounces is told to the ticket, and a fresh link for a mended mailbox is another mail', async () => {
  const submission = newSubmission('b2b-onboarding', { email: 'bounce+ends@simulator.amazonses.com' });
  expect(await twin.onboard(submission)).toEqual(doneEnd(submission));
  await eventually(
    async () =>
      (await entriesOf(twin.urls, submission.number)).comments.includes('mail-bounced-1') || undefined,
  );
  expect(await operator('relink', onboardingIdOf(submission))).toEqual({
    exitCode: 0,
    stdout: `twin at ${twin.urls.gateway}\nlink 2 is on its way: the mail to the partner, the code to the ticket's comments\n`,
    stderr: '',
  });
  await eventually(
    async () =>
      (await entriesOf(twin.urls, submission.number)).comments.includes('mail-bounced-2') || undefined,
  );
  expect(
    (await entriesOf(twin.urls, submission.number)).comments.filter((entry) => entry.startsWith('mail-')),
  ).toEqual(['mail-bounced-1', 'mail-bounced-2']);
});

// This runs after all tests, in whatever order, and before the hook above that stops the twin.
afterAll(async () => {
  expect(await revealed(twin), 'WF-7 neither histories nor the log tell secrets or particulars').toEqual([]);
});
