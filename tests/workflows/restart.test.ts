import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { doneEnd, rolledBackEnd } from './support/ends.ts';
import { type Fault, type OnboardingTwin, startOnboardingTwin } from './support/onboarding-twin.ts';
import {
  newSubmission,
  onboardingIdOf,
  type Submission,
  taskClosed,
  taskReceipt,
} from './support/requests.ts';
import { revealed } from './support/revealed.ts';
import { closeTask, ewacsTaskOf, nothing, thingsOf } from './support/things.ts';
import { entriesOf, linksMailed, mailsTo } from './support/told.ts';
import { wholeJournal, wholeJournalWithEwacs, wholeOf } from './support/whole.ts';

let twin: OnboardingTwin;
/** A call that hangs must hang until the kill. Adapters give up AWS after 5 seconds. */
beforeAll(async () => {
  twin = await startOnboardingTwin({ timeScale: 2 });
});
afterAll(() => twin.stop());

async function expectWhole(submission: Submission, journal = wholeJournal): Promise<void> {
  const onboardingId = onboardingIdOf(submission);
  expect(await twin.ended(onboardingId)).toEqual(doneEnd(submission));
  expect(await thingsOf(twin, onboardingId)).toEqual(wholeOf(submission));
  expect(await entriesOf(twin.urls, submission.number)).toEqual(journal);
  expect(
    (await mailsTo(twin.urls, submission.variables['email'] ?? '')).filter((mail) =>
      mail.startsWith('okta:'),
    ),
  ).toHaveLength(1);
  expect(new Set(await linksMailed(twin.urls, onboardingId)).size, 'every mail has the same link').toBe(1);
}

const unconfirmed = { ewacs_account_created: 'false' };

const effects: readonly Call[] = [
  { service: 'okta', operation: 'CreateUser' },
  { service: 'cognito', operation: 'CreateUserPoolClient' },
  { service: 'apigateway', operation: 'CreateApiKey' },
  { service: 'apigateway', operation: 'CreateUsagePlanKey' },
  { service: 'ses', operation: 'SendEmail' },
  { service: 'servicenow', operation: 'UpdateRecord' },
];
/** Effects, each with the call that looks for it when its answer was lost. */
const lookedFor: readonly { readonly effect: Call; readonly look: Call }[] = [
  {
    effect: { service: 'okta', operation: 'CreateUser' },
    look: { service: 'okta', operation: 'ListUserGroups' },
  },
  {
    effect: { service: 'cognito', operation: 'CreateUserPoolClient' },
    look: { service: 'cognito', operation: 'ListUserPoolClients' },
  },
  {
    effect: { service: 'apigateway', operation: 'CreateApiKey' },
    look: { service: 'apigateway', operation: 'GetApiKeys' },
  },
  {
    effect: { service: 'apigateway', operation: 'CreateUsagePlanKey' },
    look: { service: 'apigateway', operation: 'GetUsagePlanKey' },
  },
  {
    effect: { service: 'servicenow', operation: 'UpdateRecord' },
    look: { service: 'servicenow', operation: 'QueryRecords' },
  },
];

type Call = Pick<Fault, 'service' | 'operation'>;
const hang = (call: Call): Fault => ({ ...call, mode: 'hang' });
const crash = (call: Call): Fault => ({ ...call, mode: 'crash' });

/** Posts a request whose workflow meets these faults. Resolves when it hangs in the last one. */
async function stuckIn(
  faults: readonly Fault[],
  variables: Readonly<Record<string, string>> = {},
): Promise<Submission> {
  await twin.addFaults(...faults);
  const submission = newSubmission('b2b-onboarding', variables);
  await twin.post(submission);
  await eventually(async () => (await twin.faultsLeft()).length === 0 || undefined);
  return submission;
}

/** Kills the twin while requests are at all these places, and starts it again. */
async function killInTheMidst() {
  const waiting = newSubmission('b2b-onboarding', unconfirmed);
  await twin.post(waiting);
  await eventually(async () =>
    (await twin.history(onboardingIdOf(waiting))).find(({ type }) => type === 'TaskSubmitted'),
  );

  const undoing = await stuckIn([
    { service: 'ses', operation: 'SendEmail', mode: 'reject' },
    hang({ service: 'cognito', operation: 'DeleteUserPoolClient' }),
  ]);
  expect(await twin.stateOf(onboardingIdOf(undoing))).toBe('UndoCognitoClient');
  const opening = await stuckIn(
    [
      crash({ service: 'servicenow', operation: 'CreateRecord' }),
      hang({ service: 'servicenow', operation: 'QueryRecords' }),
    ],
    unconfirmed,
  );
  const before: Submission[] = [];
  for (const effect of effects) before.push(await stuckIn([hang(effect)]));
  const after: Submission[] = [];
  for (const { effect, look } of lookedFor) after.push(await stuckIn([crash(effect), hang(look)]));

  const unstarted = newSubmission('b2b-onboarding');
  await twin.addFaults(hang({ service: 'stepfunctions', operation: 'StartExecution' }));
  const unanswered = twin.post(unstarted).catch(() => undefined);
  await eventually(async () => (await twin.faultsLeft()).length === 0 || undefined);

  expect(await twin.kill('SIGKILL')).toBe('SIGKILL');
  await unanswered;
  await twin.restart();
  return { waiting, undoing, opening, before, after, unstarted };
}
let struck: Awaited<ReturnType<typeof killInTheMidst>>;
beforeAll(async () => {
  struck = await killInTheMidst();
});

test('X-1 after a kill, what waited goes on waiting, and what was before, after or undoing an effect comes to its end', async () => {
  const { waiting, undoing, opening, before, after } = struck;
  for (const submission of [...before, ...after]) await expectWhole(submission);

  expect(await twin.ended(onboardingIdOf(undoing))).toEqual(rolledBackEnd(undoing, 'CredentialDelivery'));
  expect(await thingsOf(twin, onboardingIdOf(undoing))).toEqual(nothing);
  expect(await entriesOf(twin.urls, undoing.number)).toEqual({
    state: '4',
    work_notes: ['Accepted', 'ProfileReady', 'ClientReady', 'RolledBack'],
    comments: ['Accepted', 'RolledBack'],
  });

  for (const submission of [waiting, opening]) {
    const onboardingId = onboardingIdOf(submission);
    await eventually(async () =>
      (await twin.history(onboardingId)).find(({ type }) => type === 'TaskSubmitted'),
    );
    expect(await twin.stateOf(onboardingId)).toBe('AwaitEwacsAccount');
    const task = await eventually(() => ewacsTaskOf(twin, onboardingId));
    expect((await thingsOf(twin, onboardingId)).openTasks).toEqual([task.number]);
    await closeTask(twin, task, '3');
    expect(await twin.post(taskClosed(submission, task.number))).toEqual(taskReceipt(task.number));
    await expectWhole(submission, wholeJournalWithEwacs);
  }
});

test('X-1 killed between the record of a ticket and the start of its execution, it is started by the sweep, though no delivery comes again', async () => {
  const { unstarted, undoing, before, after } = struck;
  // Otherwise the sweep would tell their tickets that they have waited for long.
  for (const submission of [undoing, ...before, ...after]) await twin.ended(onboardingIdOf(submission));
  // Long enough for the record to count as abandoned and for the sweep's next run.
  await twin.moveClock(600);
  await eventually(() => twin.stateOf(onboardingIdOf(unstarted)).catch(() => undefined));
  await expectWhole(unstarted);
  await twin.moveClock(0);
});

test('X-1 killed again and again, every workflow ends Done, with one of each', async () => {
  const submissions = Array.from({ length: 15 }, () => newSubmission('b2b-onboarding'));
  await Promise.all(submissions.map((submission) => twin.post(submission)));
  for (const milliseconds of [150, 300, 200, 400]) {
    await pause(milliseconds);
    const states = await Promise.all(
      submissions.map((submission) => twin.stateOf(onboardingIdOf(submission))),
    );
    expect(
      states.some((state) => state !== 'Done'),
      'the kill strikes something',
    ).toBe(true);
    await twin.kill('SIGKILL');
    await twin.restart();
  }
  for (const submission of submissions) await expectWhole(submission);
});

// This runs after all tests, in whatever order, and before the hook above that stops the twin.
afterAll(async () => {
  expect(await revealed(twin), 'WF-7 neither histories nor the log tell secrets or particulars').toEqual([]);
});
