import { SendTaskSuccessCommand } from '@aws-sdk/client-sfn';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { invoke } from '../../clients/operator.ts';
import type { WebhookAnswer } from '../../clients/webhook.ts';
import { doneEnd, rolledBackEnd, statesUntilUndone } from './support/ends.ts';
import { closeAwaited, hang, heard, operatorOf, rollBack, stop } from './support/held.ts';
import { eventually } from '../support/eventually.ts';
import { type OnboardingTwin, startOnboardingTwin } from './support/onboarding-twin.ts';
import {
  newSubmission,
  onboardingIdOf,
  type Submission,
  taskClosed,
  taskReceipt,
} from './support/requests.ts';
import { closeTask, ewacsTaskOf, nothing, tableItems, type Task, thingsOf } from './support/things.ts';
import { linksMailed } from './support/told.ts';
import { wholeJournalWithEwacs, wholeOf } from './support/whole.ts';

const timeScale = 20;
let twin: OnboardingTwin;
beforeAll(async () => {
  twin = await startOnboardingTwin({ timeScale });
});
afterEach(async () => {
  await twin.moveClock(0);
  await twin.clearFaults();
});
afterAll(() => twin.stop());

const closings = ['3', '4', '7'] as const;
type Closing = (typeof closings)[number];
const unconfirmed = (): Submission => newSubmission('b2b-onboarding', { ewacs_account_created: 'false' });
const unknown: WebhookAnswer = {
  status: 404,
  body: {
    type: 'about:blank',
    title: 'No onboarding waits for this task.',
    status: 404,
    code: 'unknown_ticket',
  },
};

const waits = (onboardingId: string): Promise<true> =>
  eventually(async () => (await twin.history(onboardingId)).at(-1)?.type === 'TaskSubmitted' || undefined);
async function awaiting(): Promise<{
  readonly submission: Submission;
  readonly onboardingId: string;
  readonly task: Task;
}> {
  const submission = unconfirmed();
  const onboardingId = onboardingIdOf(submission);
  await twin.post(submission);
  await waits(onboardingId);
  return { submission, onboardingId, task: await eventually(() => ewacsTaskOf(twin, onboardingId)) };
}
async function stoppedAwaiting() {
  const waiting = await awaiting();
  await stop(twin, waiting.onboardingId);
  return waiting;
}
/** Ends a call that hangs, so that it is tried again. */
const goOn = (): Promise<void> => twin.moveClock(30 / timeScale);

/** Returns the tokens of its waits, oldest first. */
async function tokensOf(onboardingId: string): Promise<readonly string[]> {
  return (await twin.history(onboardingId)).flatMap(
    ({ taskScheduledEventDetails: task }) =>
      /"taskToken":"([^"]+)"/u.exec(task?.parameters ?? '')?.slice(1) ?? [],
  );
}

/** Expects an end according to how the task was closed. */
async function expectEndBy(submission: Submission, closing: Closing): Promise<void> {
  const onboardingId = onboardingIdOf(submission);
  expect(await twin.ended(onboardingId)).toEqual(
    closing === '3' ? doneEnd(submission) : rolledBackEnd(submission, 'AwaitEwacsAccount'),
  );
  await expectThingsOf(submission, closing);
}
async function expectThingsOf(submission: Submission, closing: Closing): Promise<void> {
  const onboardingId = onboardingIdOf(submission);
  expect(await thingsOf(twin, onboardingId)).toEqual(closing === '3' ? wholeOf(submission) : nothing);
  expect(await linksMailed(twin.urls, onboardingId)).toHaveLength(closing === '3' ? 1 : 0);
  expect(await heard(twin, submission)).toEqual(
    closing === '3'
      ? wholeJournalWithEwacs
      : { state: '4', work_notes: ['Accepted', 'RolledBack'], comments: ['Accepted', 'RolledBack'] },
  );
}

describe.each(closings)('WF-3 that its task was closed as %s', (closing) => {
  test('is unknown before the task has been asked for, and heard once it has', async () => {
    await twin.addFaults(hang('lambda', 'request-intake'));
    const submission = unconfirmed();
    expect(
      await twin.post(taskClosed(submission, 'SCTASK0010001', closing)),
      'the ticket is not there',
    ).toEqual(unknown);
    await twin.post(submission);
    await eventually(async () => (await twin.faultsLeft()).length === 0 || undefined);
    expect(
      await twin.post(taskClosed(submission, 'SCTASK0010001', closing)),
      'the intake is at work',
    ).toEqual(unknown);
    await goOn();
    await waits(onboardingIdOf(submission));
    expect(await closeAwaited(twin, submission, closing)).toEqual(taskReceipt(expect.any(String) as string));
    await expectEndBy(submission, closing);
  });

  test('while its execution is stopped is remembered until it is redriven', async () => {
    const { submission, onboardingId, task } = await stoppedAwaiting();
    expect(await closeAwaited(twin, submission, closing)).toEqual(taskReceipt(task.number));
    expect(await closeAwaited(twin, submission, closing)).toEqual(taskReceipt(task.number, 200));
    await twin.redrive(onboardingId);
    await expectEndBy(submission, closing);
  });

  test('while its execution is stopped, and then taken back, changes nothing', async () => {
    const { submission, onboardingId, task } = await stoppedAwaiting();
    expect(await closeAwaited(twin, submission, closing)).toEqual(taskReceipt(task.number));
    await rollBack(twin, onboardingId);
    expect(await twin.post(taskClosed(submission, task.number, closing))).toEqual(
      taskReceipt(task.number, 200),
    );
    await expectThingsOf(submission, '4');
  });

  test('after a redrive ends the newest of its waits, which the token of an old one does not', async () => {
    const { submission, onboardingId } = await stoppedAwaiting();
    await twin.redrive(onboardingId);
    await waits(onboardingId);
    const [old, newest, ...more] = await tokensOf(onboardingId);
    expect([old === newest, more]).toEqual([false, []]);
    await expect(
      twin.aws.stepFunctions.send(new SendTaskSuccessCommand({ taskToken: old, output: '{}' })),
    ).rejects.toMatchObject({ name: 'TaskTimedOut' });
    expect(await twin.stateOf(onboardingId)).toBe('AwaitEwacsAccount');
    expect(await closeAwaited(twin, submission, closing)).toEqual(taskReceipt(expect.any(String) as string));
    await expectEndBy(submission, closing);
  });

  test('between a redrive and its new wait is found by that', async () => {
    const { submission, onboardingId } = await stoppedAwaiting();
    await twin.addFaults(hang('lambda', 'ewacs-account'));
    await twin.redrive(onboardingId);
    await eventually(async () => (await twin.faultsLeft()).length === 0 || undefined);
    expect(await closeAwaited(twin, submission, closing)).toEqual(taskReceipt(expect.any(String) as string));
    await goOn();
    await expectEndBy(submission, closing);
  });

  test('changes nothing after it has ended Done', async () => {
    const { submission, task } = await awaiting();
    await closeAwaited(twin, submission, '3');
    await expectEndBy(submission, '3');
    const records = await tableItems(twin.aws);
    expect(await twin.post(taskClosed(submission, task.number, closing))).toEqual(
      taskReceipt(task.number, 200),
    );
    await expectThingsOf(submission, '3');
    expect(await tableItems(twin.aws)).toEqual(records);
  });

  test('changes nothing after the wait has run out', async () => {
    const { submission, onboardingId, task } = await awaiting();
    await twin.moveClock((14 * 86_400) / timeScale);
    await twin.ended(onboardingId);
    await twin.moveClock(0);
    const records = await tableItems(twin.aws);
    expect(await twin.post(taskClosed(submission, task.number, closing))).toEqual(
      taskReceipt(task.number, 200),
    );
    await expectThingsOf(submission, '4');
    expect(await tableItems(twin.aws)).toEqual(records);
  });

  // Threat T-76
  test('says nothing about a later attempt, which waits for a task of its own', async () => {
    const { submission, onboardingId, task } = await stoppedAwaiting();
    await rollBack(twin, onboardingId);
    await invoke(operatorOf(twin), 'redrive', { onboardingId });
    const again = onboardingIdOf(submission, 2);
    await waits(again);
    expect(await twin.post(taskClosed(submission, task.number, closing))).toEqual(unknown);
    expect(await twin.stateOf(again)).toBe('AwaitEwacsAccount');
    const own = await eventually(() => ewacsTaskOf(twin, again));
    await closeTask(twin, own, closing);
    expect(await twin.post(taskClosed(submission, own.number, closing))).toEqual(taskReceipt(own.number));
    expect(await twin.ended(again)).toEqual(
      closing === '3'
        ? doneEnd(submission, 2)
        : { ...rolledBackEnd(submission, 'AwaitEwacsAccount'), onboardingId: again },
    );
  });
});

describe("WF-7 SES's Send event", () => {
  const sent = (row: unknown) => ({
    source: 'aws.ses',
    'detail-type': 'Email Sent',
    detail: { eventType: 'Send', mail: { messageId: 'm', tags: { row } } },
  });

  test.each([
    ['of a link that nobody knows', ['0'.repeat(64)]],
    ["of a mail that is not Sallyport's", undefined],
    ['with two rows', ['a', 'b']],
  ])('%s is passed over', async (_, row) => {
    const records = await tableItems(twin.aws);
    await invoke(operatorOf(twin), 'mail-events', sent(row));
    expect(await tableItems(twin.aws)).toEqual(records);
  });

  test.each(['Done', 'RolledBack'] as const)(
    'comes again after the end %s, and changes nothing',
    async (end) => {
      const submission = newSubmission('b2b-onboarding');
      const onboardingId = onboardingIdOf(submission);
      // ServiceNow's last call before the end is the comment with the code.
      if (end === 'RolledBack') {
        await twin.addFaults({ service: 'servicenow', operation: 'UpdateRecord', mode: 'reject', times: 4 });
      }
      await twin.onboard(submission);
      const findLink = (items: Awaited<ReturnType<typeof tableItems>>) =>
        items.find((item) => item.sk === 'LINK' && item['onboardingId'] === onboardingId);
      const records = await eventually(async () => {
        const items = await tableItems(twin.aws);
        return findLink(items)?.['mail'] === 'delivered' ? items : undefined;
      });
      const link = findLink(records);
      expect(link?.['state']).toBe(end === 'Done' ? 'live' : 'revoked');
      await invoke(operatorOf(twin), 'mail-events', sent([link?.['tokenHash']]));
      expect(await tableItems(twin.aws)).toEqual(records);
    },
  );
});
test("X-4 failed in FinishRollback by an error that is none of Sallyport's, and redriven, it ends RolledBack", async () => {
  const submission = newSubmission('b2b-onboarding');
  await twin.addFaults(
    { service: 'ses', operation: 'SendEmail', mode: 'reject' },
    { service: 'cognito', operation: 'DeleteUserPoolClient', mode: 'reject' },
    { service: 'lambda', operation: 'finish-rollback', mode: 'import-error' },
  );
  expect(await twin.onboard(submission)).toEqual({
    onboardingId: onboardingIdOf(submission),
    status: 'FAILED',
    error: 'Runtime.ImportModuleError',
    states: statesUntilUndone(submission, 'CredentialDelivery'),
  });
  const onboardingId = onboardingIdOf(submission);
  expect(await thingsOf(twin, onboardingId)).toEqual({
    ...nothing,
    clients: [{ flows: ['client_credentials'], scopes: ['credit-reports/read'] }],
  });
  await twin.redrive(onboardingId);
  expect(await twin.ended(onboardingId)).toEqual(rolledBackEnd(submission, 'CredentialDelivery'));
  expect(await thingsOf(twin, onboardingId)).toEqual(nothing);
  expect(await heard(twin, submission)).toEqual({
    state: '4',
    work_notes: ['Accepted', 'ProfileReady', 'ClientReady', 'RolledBack'],
    comments: ['Accepted', 'RolledBack'],
  });
});
