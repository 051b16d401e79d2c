import { defaultContractIdOf } from '../../core/contracts/ids.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { invoke } from '../../clients/operator.ts';
import { operatorOf as operatorApi } from '../journeys/operator.ts';
import { eventually } from '../support/eventually.ts';
import { partnerIdAt } from '../support/partners.ts';
import { operatorOf } from './support/held.ts';
import { type OnboardingTwin, shareOnboardingTwin, usualTimeScale } from './support/onboarding-twin.ts';
import {
  anotherOf,
  newSubmission,
  onboardingIdOf,
  receipt,
  type Submission,
  taskClosed,
  taskReceipt,
} from './support/requests.ts';
import { revealed } from './support/revealed.ts';
import { closeTask, ewacsTaskOf, nothing, type Task, thingsOf, waitsIn } from './support/things.ts';
import { entriesOf, journalOf } from './support/told.ts';
import { assignmentGroupOf } from '../support/shipped-catalogue.ts';
import { wholeOf } from './support/whole.ts';

let twin: OnboardingTwin;
beforeAll(async () => {
  twin = await shareOnboardingTwin();
});
afterAll(() => twin.stop());

const unconfirmed = { ewacs_account_created: 'false' };
const untilTheWait = ['RequestIntake', 'ReportAccepted', 'ChooseFirstStep', 'AwaitEwacsAccount'];
const afterTheWait = ['ReportEwacsAccountConfirmed', 'ChooseAfterEwacsAccount'];
const profile = ['OktaProfile', 'ReportProfileReady', 'ChooseAfterProfile'];
const client = ['CognitoClient', 'GatewayMapping', 'ReportClientReady', 'CredentialDelivery'];
const done = ['ReportDone', 'Done'];
const undone = [
  'UndoCredentialDelivery',
  'UndoGatewayMapping',
  'UndoCognitoClient',
  'UndoOktaProfile',
  'UndoEwacsAccount',
  'FinishRollback',
  'ReportRolledBack',
  'RolledBack',
];

/** Posts a request and waits until its workflow waits for the account. */
async function awaiting(submission: Submission): Promise<Task> {
  expect(await twin.post(submission)).toEqual(receipt(submission));
  const onboardingId = onboardingIdOf(submission);
  await eventually(async () =>
    (await twin.history(onboardingId)).find(({ type }) => type === 'TaskSubmitted'),
  );
  return eventually(() => ewacsTaskOf(twin, onboardingId));
}

const unknown = {
  status: 404,
  body: {
    type: 'about:blank',
    title: 'No onboarding waits for this task.',
    status: 404,
    code: 'unknown_ticket',
  },
};
const notConfirmed =
  'the EWACS account was not confirmed, because its task was not closed in time or was closed without an account';
const wasRolledBack = (group: string, onboardingId: string) => ({
  work_note: `Rolled back: ${notConfirmed}. Nothing that was set up for this request is left.\n\n(ref ${onboardingId}/RolledBack)`,
  comment:
    `Your request could not be completed: ${notConfirmed}. Everything that had been set up for it was removed, so nothing is left over. ` +
    `Once the account exists, please submit a new request that says so. If you have a question, ask ${group} here.\n\n(ref ${onboardingId}/RolledBack)`,
});

describe.each([
  { region: 'US', group: assignmentGroupOf('US') },
  { region: 'UK', group: assignmentGroupOf('UK') },
])('WF-2, WF-3 $region', ({ region, group }) => {
  test('asks the assignment group for the account, waits, and goes on once the task is closed', async () => {
    const submission = newSubmission('b2b-onboarding', { ...unconfirmed, region });
    const onboardingId = onboardingIdOf(submission);
    const task = await awaiting(submission);
    expect(task).toEqual({
      sys_id: expect.stringMatching(/^[0-9a-f]{32}$/u) as string,
      number: expect.stringMatching(/^SCTASK\d{7}$/u) as string,
      state: '1',
      correlation_id: `${onboardingId}/ewacs-account`,
      assignment_group: group,
    });
    expect(await twin.stateOf(onboardingId)).toBe('AwaitEwacsAccount');
    expect(await thingsOf(twin, onboardingId)).toEqual({ ...nothing, openTasks: [task.number] });
    expect(await entriesOf(twin.urls, submission.number)).toEqual({
      state: '2',
      work_notes: ['Accepted'],
      comments: ['Accepted'],
    });

    await closeTask(twin, task, '3');
    expect(await twin.post(taskClosed(submission, task.number))).toEqual(taskReceipt(task.number));
    expect(await twin.post(taskClosed(submission, task.number))).toEqual(taskReceipt(task.number, 200));
    expect(await twin.ended(onboardingId)).toEqual({
      onboardingId,
      status: 'SUCCEEDED',
      states: [...untilTheWait, ...afterTheWait, ...profile, ...client, ...done],
    });
    expect(await twin.post(taskClosed(submission, task.number))).toEqual(taskReceipt(task.number, 200));
    expect(await entriesOf(twin.urls, submission.number)).toEqual({
      state: '3',
      work_notes: ['Accepted', 'EwacsAccountConfirmed', 'ProfileReady', 'ClientReady', 'Done'],
      comments: ['Accepted', 'code-1', 'Done'],
    });
    expect(await thingsOf(twin, onboardingId)).toEqual(wholeOf(submission));
  });

  test.each(['4', '7'] as const)(
    'a task closed in state %s, without an account, takes the request back',
    async (state) => {
      const submission = newSubmission('b2b-onboarding', { ...unconfirmed, region });
      const onboardingId = onboardingIdOf(submission);
      const task = await awaiting(submission);
      await closeTask(twin, task, state);
      expect(await twin.post(taskClosed(submission, task.number, state))).toEqual(taskReceipt(task.number));
      expect(await twin.ended(onboardingId)).toEqual({
        onboardingId,
        status: 'FAILED',
        error: 'RolledBack',
        states: [...untilTheWait, ...undone],
      });
      expect(await thingsOf(twin, onboardingId)).toEqual(nothing);
      const { work_note, comment } = wasRolledBack(group, onboardingId);
      expect(await journalOf(twin.urls, submission.number)).toEqual({
        state: '4',
        work_notes: [expect.stringMatching(/^Accepted: /u), work_note],
        comments: [expect.stringMatching(/^Your request is accepted: /u), comment],
      });
      expect((await journalOf(twin.urls, task.number)).work_notes).toEqual([]);
    },
  );
});

test('WF-3 a b2b-user waits for its account, too, and so does an api-client', async () => {
  const user = newSubmission('b2b-user', unconfirmed);
  const task = await awaiting(user);
  await twin.post(taskClosed(user, task.number));
  expect(await twin.ended(onboardingIdOf(user))).toEqual({
    onboardingId: onboardingIdOf(user),
    status: 'SUCCEEDED',
    states: [...untilTheWait, ...afterTheWait, ...profile, ...done],
  });

  const apiClient = anotherOf(user, 'api-client');
  const another = await awaiting(apiClient);
  await twin.post(taskClosed(apiClient, another.number));
  expect(await twin.ended(onboardingIdOf(apiClient))).toEqual({
    onboardingId: onboardingIdOf(apiClient),
    status: 'SUCCEEDED',
    states: [...untilTheWait, ...afterTheWait, ...client, ...done],
  });
});

describe('WF-3 a partner that is suspended while its request waits, or whose contract is', () => {
  /** Suspends the partner of an onboarding, or its default contract. */
  async function suspend(
    what: 'partners' | 'contracts',
    { variables: { company = '', ewacs_product_name: product = '' } }: Submission,
  ): Promise<void> {
    const partnerId = await partnerIdAt(twin.urls.aws, company);
    const id = what === 'partners' ? partnerId : defaultContractIdOf(partnerId, product);
    const ada = await operatorApi(twin.urls.gateway, 'approver', 'ada');
    const body = { to: 'suspended', why: 'a doubt' };
    const { status } = await ada(`POST /operator/${what}/${id}/transitions`, { ifMatch: '*', body });
    expect(status).toBe(200);
  }
  const partnerSuspended = {
    why: 'the partner was suspended',
    next: 'Please submit a new request only once the partner is active again.',
  };
  const contractSuspended = {
    why: 'the contract is not in force: it was suspended',
    next: 'Please submit a new request only once its contract is in force, or name another contract in it.',
  };

  // Threat T-115
  test.each([
    ['partners', 'b2b-onboarding', 'OktaProfile', 'the partner profile', partnerSuspended],
    ['partners', 'api-client', 'CognitoClient', 'the API client', partnerSuspended],
    ['contracts', 'api-client', 'CognitoClient', 'the API client', contractSuspended],
  ] as const)(
    'gets nothing if %s was suspended, by a request for a %s, and the ticket says why',
    async (suspended, kind, state, what, { why, next }) => {
      const user = newSubmission('b2b-user');
      if (kind === 'api-client') {
        await twin.post(user);
        await twin.ended(onboardingIdOf(user));
      }
      const submission =
        kind === 'api-client' ? anotherOf(user, kind, unconfirmed) : newSubmission(kind, unconfirmed);
      const onboardingId = onboardingIdOf(submission);
      const task = await awaiting(submission);
      await suspend(suspended, submission);
      await twin.post(taskClosed(submission, task.number));
      expect(await twin.ended(onboardingId)).toEqual({
        onboardingId,
        status: 'FAILED',
        error: 'RolledBack',
        states: [...untilTheWait, ...afterTheWait, state, ...undone],
      });
      expect(await thingsOf(twin, onboardingId)).toEqual(nothing);
      const { work_notes, comments } = await journalOf(twin.urls, submission.number);
      const happened = `${what} could not be set up, because ${why}.`;
      expect(work_notes.at(-1)).toContain(`Rolled back: ${happened}`);
      expect(comments.at(-1)).toContain(
        `${happened} Everything that had been set up for it was removed, so nothing is left over. ${next}`,
      );
    },
  );

  test.each([
    ['partners', partnerSuspended],
    ['contracts', contractSuspended],
  ] as const)('gets nothing by a later step either, if %s was suspended', async (suspended, { why }) => {
    const submission = newSubmission('b2b-onboarding');
    const onboardingId = onboardingIdOf(submission);
    await twin.post(submission);
    await twin.ended(onboardingId);
    await suspend(suspended, submission);
    for (const step of ['okta-profile', 'cognito-client', 'gateway-mapping', 'credential-delivery']) {
      await expect(invoke(operatorOf(twin), step, { action: 'apply', onboardingId })).rejects.toThrow(why);
    }
  });
});

// Failure F-63
test('WF-3 a closed task that no onboarding waits for is 404, and the wait goes on', async () => {
  const submission = newSubmission('b2b-onboarding', unconfirmed);
  const other = newSubmission('b2b-onboarding', unconfirmed);
  const task = await awaiting(submission);
  const othersTask = await awaiting(other);
  expect(await twin.post(taskClosed(submission, 'SCTASK0999999'))).toEqual(unknown);
  expect(await twin.post(taskClosed(submission, othersTask.number))).toEqual(unknown);
  expect(await twin.post(taskClosed(newSubmission('b2b-onboarding'), task.number))).toEqual(unknown);
  expect(await twin.stateOf(onboardingIdOf(submission))).toBe('AwaitEwacsAccount');
  expect(await twin.stateOf(onboardingIdOf(other))).toBe('AwaitEwacsAccount');
});

// Failure F-58
test('WF-3 a task closed before its number is known here is found closed, without any webhook', async () => {
  const submission = newSubmission('b2b-onboarding', unconfirmed);
  const onboardingId = onboardingIdOf(submission);
  const during = { event: { onboardingId } };
  await twin.addFaults(
    { service: 'servicenow', operation: 'CreateRecord', mode: 'crash', during },
    { service: 'servicenow', operation: 'QueryRecords', mode: 'fail-before', times: 3, during },
  );
  await twin.post(submission);
  const task = await eventually(() => ewacsTaskOf(twin, onboardingId));
  await closeTask(twin, task, '3');
  expect(
    (await twin.faultsLeft()).map(({ operation }) => operation),
    'it is looked for only after it was closed',
  ).toContain('QueryRecords');
  expect(await twin.post(taskClosed(submission, task.number))).toEqual(unknown);
  expect(await twin.ended(onboardingId)).toEqual({
    onboardingId,
    status: 'SUCCEEDED',
    states: [...untilTheWait, ...afterTheWait, ...profile, ...client, ...done],
  });
});

// Failure F-59
test('WF-3 a task closed before the function that opened it has answered', async () => {
  const submission = newSubmission('b2b-onboarding', unconfirmed);
  const onboardingId = onboardingIdOf(submission);
  const during = { event: { onboardingId } };
  await twin.addFaults({ service: 'servicenow', operation: 'QueryRecords', mode: 'hang', during });
  await twin.post(submission);
  await eventually(async () => (await twin.faultsLeft()).length === 0 || undefined);
  const task = await eventually(() => ewacsTaskOf(twin, onboardingId));
  expect(await twin.post(taskClosed(submission, task.number))).toEqual(taskReceipt(task.number));
  expect(await twin.ended(onboardingId)).toEqual({
    onboardingId,
    status: 'SUCCEEDED',
    states: [...untilTheWait, ...afterTheWait, ...profile, ...client, ...done],
  });
});

// Failure F-61
test('WF-3 after 14 days the request is taken back and the task withdrawn', async () => {
  const submission = newSubmission('b2b-onboarding', unconfirmed);
  const onboardingId = onboardingIdOf(submission);
  const task = await awaiting(submission);
  const fourteenDays = (14 * 86_400) / usualTimeScale;
  try {
    await twin.moveClock(fourteenDays - 60);
    expect(await twin.stateOf(onboardingId)).toBe('AwaitEwacsAccount');
    await twin.moveClock(fourteenDays);
    expect(await twin.ended(onboardingId)).toEqual({
      onboardingId,
      status: 'FAILED',
      error: 'RolledBack',
      states: [...untilTheWait, ...undone],
    });
    // Waits that other tests have left run out as well. They must be over when the next test begins.
    await eventually(async () => (await waitsIn(twin.aws)).length === 0 || undefined);
  } finally {
    await twin.moveClock(0);
  }
  expect(await thingsOf(twin, onboardingId)).toEqual(nothing);
  const { work_note, comment } = wasRolledBack(assignmentGroupOf('US'), onboardingId);
  expect(await journalOf(twin.urls, submission.number)).toEqual({
    state: '4',
    work_notes: [expect.stringMatching(/^Accepted: /u), work_note],
    comments: [expect.stringMatching(/^Your request is accepted: /u), comment],
  });
  expect(await journalOf(twin.urls, task.number)).toEqual({
    state: '4',
    comments: [],
    work_notes: [
      'The request that this task belongs to has been rolled back. The EWACS account is no longer needed for it, and there is nothing left to do here.',
    ],
  });
  // ServiceNow reports that the task was closed, because it was withdrawn.
  expect(await twin.post(taskClosed(submission, task.number, '4'))).toEqual(taskReceipt(task.number, 200));
});

// This runs after all tests, in whatever order, and before the hook above that stops the twin.
afterAll(async () => {
  expect(await revealed(twin), 'WF-7 neither histories nor the log tell secrets or particulars').toEqual([]);
});
