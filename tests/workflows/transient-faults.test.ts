import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { doneEnd } from './support/ends.ts';
import { type Fault, type OnboardingTwin, shareOnboardingTwin } from './support/onboarding-twin.ts';
import { anotherOf, newSubmission, onboardingIdOf, type Submission, taskClosed } from './support/requests.ts';
import { revealed } from './support/revealed.ts';
import { closeTask, ewacsTaskOf, profileOf, thingsOf } from './support/things.ts';
import { entriesOf, linksMailed, mailsTo } from './support/told.ts';
import { wholeJournalWithEwacs, wholeOf } from './support/whole.ts';
import { creditReports, fraudSignals } from '../support/shipped-catalogue.ts';

let twin: OnboardingTwin;
beforeAll(async () => {
  twin = await shareOnboardingTwin();
});
beforeEach(() => twin.clearFaults());
afterAll(() => twin.stop());

/**
 * Runs the longest way through the workflow, which includes the request of an EWACS account. ServiceNow
 * delivers again what could not be answered.
 *
 * @param atTheWait what happens between the request and the closing of the task
 */
async function onboardWithEwacs(
  atTheWait: () => Promise<void> = () => Promise.resolve(),
): Promise<Submission> {
  const submission = newSubmission('b2b-onboarding', { ewacs_account_created: 'false' });
  const onboardingId = onboardingIdOf(submission);
  const deliver = (payload: object): Promise<number> =>
    eventually(async () => {
      const { status } = await twin.post(payload);
      return status >= 500 ? undefined : status;
    });
  expect([200, 202]).toContain(await deliver(submission));
  const task = await eventually(async () => {
    const submitted = (await twin.history(onboardingId)).some(({ type }) => type === 'TaskSubmitted');
    return submitted ? ewacsTaskOf(twin, onboardingId) : undefined;
  });
  await atTheWait();
  expect([200, 202]).toContain(await deliver(taskClosed(submission, task.number)));
  expect(await twin.ended(onboardingId)).toEqual(doneEnd(submission));
  // The task is closed only now, because faults of UpdateRecord are meant for Sallyport.
  await closeTask(twin, task, '3');
  return submission;
}

/** Expects exactly one of each. If SES's answer was lost, its Send event has confirmed the mail. */
async function expectWhole(submission: Submission): Promise<void> {
  const { urls } = twin;
  const onboardingId = onboardingIdOf(submission);
  expect(await twin.faultsLeft(), 'every fault has happened').toEqual([]);
  expect(await thingsOf(twin, onboardingId)).toEqual(wholeOf(submission));
  expect(await entriesOf(urls, submission.number)).toEqual(wholeJournalWithEwacs);
  const mails = await mailsTo(urls, submission.variables['email'] ?? '');
  expect(mails.filter((mail) => mail.startsWith('okta:'))).toEqual(['okta: Activate your account']);
  // Failure F-19
  expect(await linksMailed(urls, onboardingId), 'one mail with a link').toHaveLength(1);
}

const effects = [
  { service: 'servicenow', operation: 'CreateRecord' },
  { service: 'okta', operation: 'CreateUser' },
  { service: 'cognito', operation: 'CreateUserPoolClient' },
  { service: 'apigateway', operation: 'CreateApiKey' },
  { service: 'apigateway', operation: 'CreateUsagePlanKey' },
  { service: 'ses', operation: 'SendEmail' },
] as const;

describe('X-1, X-2 everything is made once, though every effect', () => {
  /** Work that was done is found again, so a fault affects each of the journal's six entries once. */
  const everyEntry = 6;
  test.each([
    { mode: 'fail-before', times: 1, entries: 1 },
    { mode: 'throttle', times: 2, entries: 2 },
    { mode: 'fail-after', times: 1, entries: everyEntry },
    { mode: 'garbage', times: 1, entries: everyEntry },
    { mode: 'crash', times: 1, entries: everyEntry },
  ] as const)('is struck by $mode, $times in a row', async ({ mode, times, entries }) => {
    await twin.addFaults(...effects.map((effect): Fault => ({ ...effect, mode, times })), {
      service: 'servicenow',
      operation: 'UpdateRecord',
      mode,
      times: entries,
    });
    await expectWhole(await onboardWithEwacs());
  });
});

describe('X-1 everything is made once, though the connection breaks after', () => {
  test.each([...effects, { service: 'servicenow', operation: 'UpdateRecord' } as const])(
    '$service $operation, twice',
    async (effect) => {
      await twin.addFaults({ ...effect, mode: 'crash' });
      await expectWhole(await onboardWithEwacs());
    },
  );
});

test('X-2 what certainly did not happen is not looked for: listing a user pool is slow and rationed', async () => {
  await twin.addFaults({ service: 'cognito', operation: 'CreateUserPoolClient', mode: 'throttle', times: 2 });
  // The sweep lists the pool, too, to count its clients.
  await twin.addFaults({
    service: 'cognito',
    operation: 'ListUserPoolClients',
    mode: 'reject',
    during: { functionName: 'cognito-client' },
  });
  const submission = newSubmission('b2b-onboarding');
  expect(await twin.onboard(submission)).toEqual(doneEnd(submission));
  expect((await twin.faultsLeft()).map(({ operation }) => operation)).toEqual(['ListUserPoolClients']);
});

describe('X-1, X-2 nothing is lost and nothing made twice, though', () => {
  const looks = [
    { service: 'okta', operation: 'Token' },
    { service: 'okta', operation: 'GetUser' },
    { service: 'okta', operation: 'ListGroups' },
    { service: 'okta', operation: 'ListUserGroups' },
    { service: 'servicenow', operation: 'Token' },
    { service: 'servicenow', operation: 'QueryRecords' },
    { service: 'apigateway', operation: 'GetUsagePlans' },
    { service: 'dynamodb', operation: 'GetItem' },
    { service: 'kms', operation: 'GenerateMac' },
  ];
  test.each(['fail-before', 'throttle', 'garbage', 'crash'] as const)(
    'every look is struck by %s',
    async (mode) => {
      await twin.addFaults(...looks.map((look) => ({ ...look, mode })));
      const submission = await onboardWithEwacs();
      // Tokens and the ids of plans stay in the functions' memory, so they are requested only once.
      const kept = ['Token', 'GetUsagePlans'];
      expect((await twin.faultsLeft()).filter(({ operation }) => !kept.includes(operation))).toEqual([]);
      await twin.clearFaults();
      await expectWhole(submission);
    },
  );

  test.each(['fail-before', 'fail-after', 'throttle', 'garbage', 'crash'] as const)(
    "Sallyport's own writing is struck by %s",
    async (mode) => {
      const strike = (): Promise<void> =>
        twin.addFaults({ service: 'dynamodb', operation: 'UpdateItem', mode, times: 4 });
      await strike();
      await expectWhole(await onboardWithEwacs(strike));
    },
  );

  test.each(['fail-before', 'fail-after', 'throttle', 'garbage', 'crash'] as const)(
    'a new membership of an old profile is struck by %s',
    async (mode) => {
      const first = newSubmission('b2b-user');
      const second = anotherOf(first, 'b2b-user', { ewacs_product_name: 'fraud-signals' });
      const { user_id: login = '', email = '' } = first.variables;
      await twin.onboard(first);
      await twin.addFaults({ service: 'okta', operation: 'AddUserToGroup', mode });
      expect(await twin.onboard(second)).toEqual(doneEnd(second));
      expect(await twin.faultsLeft()).toEqual([]);
      expect(await profileOf(twin, login)).toEqual({
        login,
        email,
        status: 'PROVISIONED',
        groups: [creditReports.group, fraudSignals.group],
      });
    },
  );
});

// This runs after all tests, in whatever order, and before the hook above that stops the twin.
afterAll(async () => {
  expect(await revealed(twin), 'WF-7 neither histories nor the log tell secrets or particulars').toEqual([]);
});
