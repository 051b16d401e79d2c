import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { doneEnd, rejectedEnd, rolledBackEnd } from './support/ends.ts';
import { type OnboardingTwin, shareOnboardingTwin } from './support/onboarding-twin.ts';
import { newSubmission, onboardingIdOf, receipt } from './support/requests.ts';
import { nothing, thingsOf } from './support/things.ts';
import { entriesOf } from './support/told.ts';
import { wholeJournal, wholeOf } from './support/whole.ts';
import { creditReports } from '../support/shipped-catalogue.ts';

let twin: OnboardingTwin;
beforeAll(async () => {
  twin = await shareOnboardingTwin();
});
beforeEach(() => twin.clearFaults());
afterAll(() => twin.stop());

const untold = { state: '1', work_notes: [], comments: [] };

test('WF-8 reports that ServiceNow refuses are missed, and undo nothing', async () => {
  const submission = newSubmission('b2b-onboarding');
  await twin.addFaults({
    service: 'servicenow',
    operation: 'UpdateRecord',
    mode: 'reject',
    times: 3,
    during: { event: { onboardingId: onboardingIdOf(submission) } },
  });
  expect(await twin.onboard(submission)).toEqual(doneEnd(submission));
  expect(await twin.faultsLeft()).toEqual([]);
  expect(await thingsOf(twin, onboardingIdOf(submission))).toEqual(wholeOf(submission));
  expect(await entriesOf(twin.urls, submission.number)).toEqual({
    state: '3',
    work_notes: ['Done'],
    comments: ['code-1', 'Done'],
  });
});

test('WF-8 a report that fails however often it is tried is missed, and undoes nothing', async () => {
  const submission = newSubmission('b2b-onboarding');
  await twin.addFaults({
    service: 'servicenow',
    operation: 'UpdateRecord',
    mode: 'fail-before',
    times: 6,
    during: { event: { onboardingId: onboardingIdOf(submission) } },
  });
  expect(await twin.onboard(submission)).toEqual(doneEnd(submission));
  expect(await twin.faultsLeft()).toEqual([]);
  expect(await thingsOf(twin, onboardingIdOf(submission))).toEqual(wholeOf(submission));
  expect(await entriesOf(twin.urls, submission.number)).toEqual({
    ...wholeJournal,
    work_notes: ['ProfileReady', 'ClientReady', 'Done'],
    comments: ['code-1', 'Done'],
  });
});

test('WF-8 a whole outage of the ticket leaves the profile made, and the record says Done', async () => {
  await twin.addFaults({ service: 'servicenow', operation: 'UpdateRecord', mode: 'reject', times: 100 });
  const submission = newSubmission('b2b-user');
  const { user_id: login = '', email = '' } = submission.variables;
  expect(await twin.onboard(submission)).toEqual(doneEnd(submission));
  expect(await thingsOf(twin, onboardingIdOf(submission))).toEqual({
    ...nothing,
    users: [{ login, email, status: 'PROVISIONED', groups: [creditReports.group] }],
    claims: [login, `${login} in a group`],
  });
  expect(await entriesOf(twin.urls, submission.number)).toEqual(untold);
  expect(await twin.post(submission)).toEqual(receipt(submission, { status: 200, is: 'Done' }));
});

test('WF-8 a rejection and a rollback are what they are, though the ticket never hears of them', async () => {
  await twin.addFaults(
    { service: 'servicenow', operation: 'UpdateRecord', mode: 'reject', times: 100 },
    { service: 'cognito', operation: 'CreateUserPoolClient', mode: 'reject' },
  );
  const rejected = newSubmission('api-client');
  expect(await twin.onboard(rejected)).toEqual(rejectedEnd(rejected));
  expect(await twin.post(rejected)).toEqual(receipt(rejected, { status: 200, is: 'Rejected' }));
  expect(await entriesOf(twin.urls, rejected.number)).toEqual(untold);

  const rolledBack = newSubmission('b2b-onboarding');
  expect(await twin.onboard(rolledBack)).toEqual(
    rolledBackEnd(rolledBack, 'CognitoClient', { alerted: true }),
  );
  expect(await twin.post(rolledBack)).toEqual(receipt(rolledBack, { status: 200, is: 'RolledBack' }));
  expect(await thingsOf(twin, onboardingIdOf(rolledBack))).toEqual(nothing);
  expect(await entriesOf(twin.urls, rolledBack.number)).toEqual(untold);
});
