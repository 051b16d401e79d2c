import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { WebhookAnswer } from '../../clients/webhook.ts';
import { eventually } from '../support/eventually.ts';
import { doneEnd, rolledBackEnd } from './support/ends.ts';
import { type Fault, type OnboardingTwin, shareOnboardingTwin } from './support/onboarding-twin.ts';
import {
  newSubmission,
  onboardingIdOf,
  receipt,
  type Submission,
  taskClosed,
  taskReceipt,
  tryAgainLater,
} from './support/requests.ts';
import { revealed } from './support/revealed.ts';
import { closeTask, ewacsTaskOf, nothing, thingsOf } from './support/things.ts';
import { entriesOf, linksMailed, mailsTo } from './support/told.ts';
import { wholeJournal, wholeJournalWithEwacs, wholeOf } from './support/whole.ts';

let twin: OnboardingTwin;
beforeAll(async () => {
  twin = await shareOnboardingTwin();
});
beforeEach(() => twin.clearFaults());
afterAll(() => twin.stop());

const steps = [
  'request-intake',
  'okta-profile',
  'cognito-client',
  'gateway-mapping',
  'credential-delivery',
  'ticket-report',
];

async function expectWhole(submission: Submission, journal = wholeJournal): Promise<void> {
  const onboardingId = onboardingIdOf(submission);
  expect(await twin.ended(onboardingId)).toEqual(doneEnd(submission));
  expect(await thingsOf(twin, onboardingId)).toEqual(wholeOf(submission));
  expect(await entriesOf(twin.urls, submission.number)).toEqual(journal);
}

/** Expects both mails. The one with the link may have arrived more than once, with the same link. */
async function expectMailsOf(submission: Submission): Promise<void> {
  const mails = await mailsTo(twin.urls, submission.variables['email'] ?? '');
  expect(mails.filter((mail) => mail.startsWith('okta:'))).toEqual(['okta: Activate your account']);
  expect(new Set(await linksMailed(twin.urls, onboardingIdOf(submission))).size).toBe(1);
}

describe("X-1 everything is made once, though every step's function", () => {
  test.each([
    { what: 'dies before it begins', mode: 'fail-before', times: 1 },
    { what: 'dies after it has done its work', mode: 'crash', times: 1 },
    { what: 'has done its work and Lambda loses the answer', mode: 'fail-after', times: 1 },
    { what: 'is throttled twice', mode: 'throttle', times: 2 },
    { what: 'is being deployed and not ready twice', mode: 'deploying', times: 2 },
  ] as const)('$what', async ({ mode, times }) => {
    await twin.addFaults(...steps.map((operation): Fault => ({ service: 'lambda', operation, mode, times })));
    const submission = newSubmission('b2b-onboarding');
    await twin.post(submission);
    await expectWhole(submission);
    expect(await twin.faultsLeft()).toEqual([]);
    expect(await linksMailed(twin.urls, onboardingIdOf(submission))).toHaveLength(1);
    await expectMailsOf(submission);
  });

  test.each(['fail-before', 'crash', 'throttle'] as const)(
    'WF-3 that opens the task is struck by %s: there is one task, and its closing is heard',
    async (mode) => {
      await twin.addFaults({ service: 'lambda', operation: 'ewacs-account', mode });
      const submission = newSubmission('b2b-onboarding', { ewacs_account_created: 'false' });
      await twin.post(submission);
      await eventually(async () =>
        (await twin.history(onboardingIdOf(submission))).find(({ type }) => type === 'TaskSubmitted'),
      );
      const task = await eventually(() => ewacsTaskOf(twin, onboardingIdOf(submission)));
      expect((await thingsOf(twin, onboardingIdOf(submission))).openTasks).toEqual([task.number]);
      await closeTask(twin, task, '3');
      expect(await twin.post(taskClosed(submission, task.number))).toEqual(taskReceipt(task.number));
      await expectWhole(submission, wholeJournalWithEwacs);
    },
  );
});

test('X-1 a step that cannot be run at all is undone', async () => {
  await twin.addFaults({ service: 'lambda', operation: 'gateway-mapping', mode: 'import-error' });
  const submission = newSubmission('b2b-onboarding');
  expect(await twin.onboard(submission)).toEqual(
    rolledBackEnd(submission, 'GatewayMapping', { alerted: true }),
  );
  expect(await twin.faultsLeft()).toEqual([]);
  expect(await thingsOf(twin, onboardingIdOf(submission))).toEqual(nothing);
});

describe('X-1 a delivery that could not be answered is healed by the next', () => {
  /** The answer of the gateway where the function has none. */
  const failed: WebhookAnswer = {
    status: 502,
    body: { type: 'about:blank', title: 'Internal Server Error', code: 'internal_error' },
  };
  test.each([
    {
      what: 'the function dies before it begins',
      fault: { service: 'lambda', operation: 'servicenow-webhook', mode: 'fail-before' },
      answer: failed,
      next: 202,
    },
    {
      what: 'the function dies with its answer',
      fault: { service: 'lambda', operation: 'servicenow-webhook', mode: 'crash' },
      answer: failed,
      next: 200,
    },
    {
      what: 'the ticket is written down and the workflow not started',
      fault: { service: 'stepfunctions', operation: 'StartExecution', mode: 'fail-before', times: 3 },
      answer: tryAgainLater,
      next: 200,
    },
    {
      what: 'the workflow is started and nobody knows',
      fault: { service: 'stepfunctions', operation: 'StartExecution', mode: 'crash', times: 3 },
      answer: tryAgainLater,
      next: 200,
    },
    {
      what: 'the ticket cannot be written down',
      fault: {
        service: 'dynamodb',
        operation: 'UpdateItem',
        mode: 'reject',
        during: { functionName: 'servicenow-webhook' },
      },
      answer: tryAgainLater,
      next: 202,
    },
  ] as const)('$what', async ({ fault, answer, next }) => {
    await twin.addFaults(fault);
    const submission = newSubmission('b2b-onboarding');
    expect(await twin.post(submission)).toEqual(answer);
    // An execution that was started by the first delivery may have ended by now.
    const is = expect.stringMatching(/^(?:Running|Done)$/u) as string;
    expect(await twin.post(submission)).toEqual(receipt(submission, { status: next, is }));
    await expectWhole(submission);
  });
});

// This runs after all tests, in whatever order, and before the hook above that stops the twin.
afterAll(async () => {
  expect(await revealed(twin), 'WF-7 neither histories nor the log tell secrets or particulars').toEqual([]);
});
