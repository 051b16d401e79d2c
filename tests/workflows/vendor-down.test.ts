import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { invoke } from '../../clients/operator.ts';
import { doneEnd, rolledBackEnd } from './support/ends.ts';
import { operatorOf } from './support/held.ts';
import { eventually } from '../support/eventually.ts';
import { type Fault, type OnboardingTwin, startOnboardingTwin } from './support/onboarding-twin.ts';
import { newSubmission, onboardingIdOf, receipt } from './support/requests.ts';
import { nothing, thingsOf } from './support/things.ts';
import { alertsOf, journalOf } from './support/told.ts';
import { wholeOf } from './support/whole.ts';

let twin: OnboardingTwin;
beforeAll(async () => {
  twin = await startOnboardingTwin({ timeScale: 20, environment: { SALLYPORT_VENDOR_PACE: 'usual' } });
});
afterEach(async () => {
  await twin.moveClock(0);
  await twin.clearFaults();
});
afterAll(() => twin.stop());

const hour = 3600;
const down = (service: string, operation: string): Fault => ({
  service,
  operation,
  mode: 'fail-before',
  times: 100_000,
});
const failedSince = (onboardingId: string): Promise<true> =>
  eventually(
    async () => (await twin.history(onboardingId)).some(({ type }) => type === 'TaskFailed') || undefined,
  );
const waitingNotes = async (number: string): Promise<number> =>
  (await journalOf(twin.urls, number)).work_notes.filter((note) => note.startsWith('Waiting for Okta since'))
    .length;

describe('X-14 a vendor that is down', () => {
  test('for more than a day takes nothing back: the ticket hears of it once, then the operators, and the request goes on', async () => {
    const submission = newSubmission('b2b-onboarding');
    const onboardingId = onboardingIdOf(submission);
    await twin.addFaults(down('okta', 'CreateUser'));
    await twin.post(submission);
    await failedSince(onboardingId);

    await twin.moveClock(hour / 10);
    await invoke(operatorOf(twin), 'onboarding-sweep', {});
    await eventually(async () => (await waitingNotes(submission.number)) === 1 || undefined);
    expect(await alertsOf(twin.urls, onboardingId)).toEqual([]);

    await twin.moveClock(25 * hour);
    await invoke(operatorOf(twin), 'onboarding-sweep', {});
    // The moved clock may have started one of the twin's own sweeps, which sends the same alert.
    const alerts = await alertsOf(twin.urls, onboardingId);
    expect(new Set(alerts.map((alert) => JSON.stringify(alert))).size).toBe(1);
    expect(alerts[0]).toEqual({
      onboardingId,
      ticketNumber: submission.number,
      status: 'Waiting',
      reasons: [{ code: 'okta-profile', sentence: expect.any(String) as string }],
    });
    await invoke(operatorOf(twin), 'onboarding-sweep', {});
    expect(await alertsOf(twin.urls, onboardingId)).toEqual(alerts);
    expect(await waitingNotes(submission.number)).toBe(1);
    expect(await twin.stateOf(onboardingId)).toMatch(/^OktaProfile|AwaitTurn/u);

    await twin.clearFaults();
    await twin.moveClock(26 * hour);
    expect(await twin.ended(onboardingId)).toEqual(doneEnd(submission));
    expect(await thingsOf(twin, onboardingId)).toEqual(wholeOf(submission));
  });

  test('while a request is taken back leaves nothing over, and wakes nobody', async () => {
    const submission = newSubmission('b2b-onboarding');
    const onboardingId = onboardingIdOf(submission);
    await twin.addFaults(
      { service: 'ses', operation: 'SendEmail', mode: 'reject' },
      { service: 'cognito', operation: 'DeleteUserPoolClient', mode: 'fail-before', times: 8 },
    );
    await twin.post(submission);
    await eventually(async () => (await twin.faultsLeft()).length === 0 || undefined);
    await twin.moveClock(hour);
    expect(await twin.ended(onboardingId)).toEqual(rolledBackEnd(submission, 'CredentialDelivery'));
    expect(await thingsOf(twin, onboardingId)).toEqual(nothing);
    expect(await alertsOf(twin.urls, onboardingId)).toEqual([]);
  });
});

test('X-14 a request for a client is not accepted where all are taken, and nothing of it is left', async () => {
  const setTaken = (taken: number): Promise<unknown> =>
    twin.aws.dynamoDb.send(
      new UpdateItemCommand({
        TableName: 'sallyport-dev',
        Key: { pk: { S: 'CAPACITY#app-clients' }, sk: { S: 'CAPACITY' } },
        UpdateExpression: 'SET taken = :taken',
        ExpressionAttributeValues: { ':taken': { N: String(taken) } },
      }),
    );
  const submission = newSubmission('b2b-onboarding');
  await setTaken(1_000_000);
  expect(await twin.post(submission)).toEqual({
    status: 503,
    body: {
      type: 'about:blank',
      title:
        'No further API client can be created: all app clients that the user pool may have are taken. The platform team has been alerted. Nothing was begun; send the request again later.',
      status: 503,
      code: 'capacity_used_up',
    },
  });
  await setTaken(999_999);
  expect(await twin.post(submission)).toEqual(receipt(submission));
  expect(await twin.ended(onboardingIdOf(submission))).toEqual(doneEnd(submission));
  await setTaken(5);
});
