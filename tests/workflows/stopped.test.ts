import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tasks } from '../infra/onboarding-machine.ts';
import { hang, heard, type Place, rollBack, stop, stopAt } from './support/held.ts';
import { eventually } from '../support/eventually.ts';
import { type OnboardingTwin, shareOnboardingTwin, startOnboardingTwin } from './support/onboarding-twin.ts';
import { openTaskPlaces, forwardPlaces, rejectedPlaces, undoPlaces, waysTo } from './support/places.ts';
import { newSubmission, onboardingIdOf, type Submission } from './support/requests.ts';
import { nothing, tableItems, thingsOf } from './support/things.ts';
import { linksMailed, mailsTo } from './support/told.ts';
import { wholeJournalWithEwacs, wholeOf } from './support/whole.ts';
import { creditReports } from '../support/shipped-catalogue.ts';

let twin: OnboardingTwin;
beforeAll(async () => {
  twin = await shareOnboardingTwin();
});
afterAll(() => twin.stop());

const submissionFor = (places: readonly Place[]): Submission =>
  newSubmission(places.some(({ state }) => state === 'ReportRejected') ? 'api-client' : 'b2b-onboarding', {
    ewacs_account_created: String(!places.some(({ state }) => state === 'AwaitEwacsAccount')),
  });

test('a row for each state that runs a function', () => {
  const places = [forwardPlaces, undoPlaces, openTaskPlaces, rejectedPlaces].flat();
  expect([...new Set(places.map(({ state }) => state))].toSorted()).toEqual(
    tasks.map(({ name }) => name).toSorted(),
  );
});

describe('X-4 stopped by hand while its function is about to begin, and taken back before that does,', () => {
  const begin: readonly { readonly state: string; readonly functionName: string }[] = [
    { state: 'OktaProfile', functionName: 'okta-profile' },
    { state: 'CognitoClient', functionName: 'cognito-client' },
    { state: 'GatewayMapping', functionName: 'gateway-mapping' },
    { state: 'CredentialDelivery', functionName: 'credential-delivery' },
  ];
  /** Its functions have 12 seconds. So one whose call hangs for 5 goes on, though its execution was stopped. */
  let slow: OnboardingTwin;
  beforeAll(async () => {
    slow = await startOnboardingTwin({ timeScale: 2.5 });
  });
  afterAll(() => slow.stop());

  /** Waits until the reconciliation is written. After that, nothing else writes to the table. */
  const reconciled = (onboardingId: string): Promise<unknown> =>
    eventually(async () =>
      (await tableItems(slow.aws)).find(
        ({ pk, sk, state }) =>
          pk === `ONBOARDING_JOURNAL#${onboardingId}` && sk === 'JOURNAL#Stopped:0' && state === 'written',
      ),
    );

  test('nothing comes of it', async () => {
    const late: { readonly submission: Submission; readonly state: string }[] = [];
    for (const { state, functionName } of begin) {
      const submission = newSubmission('b2b-onboarding');
      const onboardingId = onboardingIdOf(submission);
      await stopAt(slow, submission, [
        { state, when: 'its function is called', faults: [hang('lambda', functionName)] },
      ]);
      await reconciled(onboardingId);
      // The fault hits the function's first write. DynamoDB's client tries again after 5 seconds.
      await slow.addFaults(hang('dynamodb', 'UpdateItem'));
      await slow.redrive(onboardingId);
      await eventually(async () => (await slow.faultsLeft()).length === 0 || undefined);
      await stop(slow, onboardingId);
      await rollBack(slow, onboardingId);
      late.push({ submission, state });
    }
    for (const { submission, state } of late) {
      const onboardingId = onboardingIdOf(submission);
      await eventually(() =>
        Promise.resolve(
          slow
            .log()
            .split('\n')
            .some((line) => line.includes(onboardingId) && line.includes('the step has been undone')) ||
            undefined,
        ),
      );
      expect(await thingsOf(slow, onboardingId), state).toEqual(nothing);
    }
  });
});

describe('X-4 stopped by hand again and again, and redriven each time,', () => {
  /** Expects that each state is entered once and that its work is done once. */
  async function expectEachOnce(onboardingId: string, states: readonly string[]): Promise<void> {
    expect(states).toEqual([...new Set(states)]);
    const succeeded = (await twin.history(onboardingId)).filter(({ type }) => type === 'TaskSucceeded');
    const failing = states.includes('UndoCredentialDelivery') ? 1 : 0;
    expect(succeeded).toHaveLength(
      states.filter((state) => tasks.some(({ name }) => name === state)).length - failing,
    );
  }

  test('everywhere on its way, it ends Done, with one of each', async () => {
    const submission = submissionFor(forwardPlaces);
    const onboardingId = onboardingIdOf(submission);
    await stopAt(twin, submission, forwardPlaces);
    await twin.redrive(onboardingId);
    const { status, states } = await twin.ended(onboardingId);
    expect(status).toBe('SUCCEEDED');
    await expectEachOnce(onboardingId, states);
    expect(await thingsOf(twin, onboardingId)).toEqual(wholeOf(submission));
    expect(await heard(twin, submission)).toEqual(wholeJournalWithEwacs);
    expect(await mailsTo(twin.urls, submission.variables['email'] ?? '')).toEqual([
      'okta: Activate your account',
      `ses: Your API credentials for ${creditReports.name} (DEV) are ready`,
    ]);
    expect(await linksMailed(twin.urls, onboardingId)).toHaveLength(1);
  });

  test.each([
    {
      where: 'in each undo',
      places: undoPlaces,
      work_notes: ['Accepted', 'ProfileReady', 'ClientReady', 'RolledBack'],
      comments: ['Accepted', 'RolledBack'],
    },
    {
      where: 'while it withdraws its task',
      places: openTaskPlaces,
      work_notes: ['Accepted', 'RolledBack'],
      comments: ['Accepted', 'RolledBack'],
    },
  ])('$where, it ends RolledBack, with nothing left', async ({ places, work_notes, comments }) => {
    const submission = submissionFor(places);
    const onboardingId = onboardingIdOf(submission);
    await stopAt(twin, submission, places);
    await twin.redrive(onboardingId);
    const { status, error, states } = await twin.ended(onboardingId);
    expect({ status, error }).toEqual({ status: 'FAILED', error: 'RolledBack' });
    await expectEachOnce(onboardingId, states);
    expect(await thingsOf(twin, onboardingId)).toEqual(nothing);
    expect(await heard(twin, submission)).toEqual({ state: '4', work_notes, comments });
  });

  test('while the ticket is told that it is rejected, it ends Rejected', async () => {
    const submission = submissionFor(rejectedPlaces);
    const onboardingId = onboardingIdOf(submission);
    await stopAt(twin, submission, rejectedPlaces);
    await twin.redrive(onboardingId);
    expect(await twin.ended(onboardingId)).toEqual({
      onboardingId,
      status: 'FAILED',
      error: 'Rejected',
      states: ['RequestIntake', 'ReportRejected', 'Rejected'],
    });
    expect(await heard(twin, submission)).toEqual({
      state: '4',
      work_notes: ['Rejected'],
      comments: ['Rejected'],
    });
  });
});

describe('X-4 stopped by hand, and taken back by npm run rollback,', () => {
  const stopped = waysTo.map((places) => ({
    places,
    submission: submissionFor(places),
    state: places.at(-1)?.state ?? '',
    when: places.at(-1)?.when ?? '',
    /** Whether its function is still at work when the execution is stopped. */
    atWork: /^(?:cognito|apigateway)$/u.test(places.at(-1)?.faults.at(-1)?.service ?? ''),
  }));
  beforeAll(async () => {
    for (const { submission, places } of stopped) await stopAt(twin, submission, places);
  });

  test('five functions are still at work', () => {
    expect(stopped.filter(({ atWork }) => atWork)).toHaveLength(5);
  });

  test.concurrent.each(stopped)(
    'in $state when $when, nothing is left or comes back, and the ticket says so',
    async ({ submission, atWork }) => {
      const onboardingId = onboardingIdOf(submission);
      await rollBack(twin, onboardingId);
      expect(await thingsOf(twin, onboardingId)).toEqual(nothing);
      const { state, work_notes, comments } = await heard(twin, submission);
      expect({ state, work_note: work_notes.at(-1), comment: comments.at(-1) }).toEqual({
        state: '4',
        work_note: 'RolledBack',
        comment: 'RolledBack',
      });
      expect([new Set(work_notes).size, new Set(comments).size]).toEqual([
        work_notes.length,
        comments.length,
      ]);
      if (!atWork) return;
      await eventually(() =>
        Promise.resolve(
          twin
            .log()
            .split('\n')
            .some((line) => line.includes('step_failed') && line.includes(onboardingId)) || undefined,
        ),
      );
      expect(await thingsOf(twin, onboardingId)).toEqual(nothing);
    },
  );
});
