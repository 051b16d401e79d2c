import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { doneEnd } from '../workflows/support/ends.ts';
import { type OnboardingTwin, startOnboardingTwin } from '../workflows/support/onboarding-twin.ts';
import { newSubmission, onboardingIdOf, type Submission, taskClosed } from '../workflows/support/requests.ts';
import { closeTask, ewacsTaskOf, nothing, thingsOf } from '../workflows/support/things.ts';
import { entriesOf, linksMailed, mailsTo } from '../workflows/support/told.ts';
import { wholeJournal, wholeJournalWithEwacs, wholeOf } from '../workflows/support/whole.ts';

const kills = Number(process.env['CRASH_KILLS'] ?? 100);
const seed = Number(process.env['CRASH_SEED'] ?? 20_261_120);
/** A whole onboarding takes about this long (milliseconds); the moments are spread over it and a little beyond. */
const span = 220;

let twin: OnboardingTwin;
beforeAll(async () => {
  twin = await startOnboardingTwin({ timeScale: 5 });
});
afterAll(() => twin.stop());

/** Mulberry32: the same moments for the same seed. */
function momentsFrom(state: number): () => number {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What is under way when the kill comes. */
const ways = ['onboarding', 'onboarding', 'with a task to wait for', 'undoing'] as const;

/** ServiceNow delivers again what it had no good answer to. */
const deliver = (payload: object): Promise<number> =>
  eventually(async () => {
    const status = await twin.post(payload).then(
      (answer) => answer.status,
      () => 599,
    );
    return status >= 500 ? undefined : status;
  });

async function expectDone(submission: Submission, journal: typeof wholeJournal): Promise<void> {
  const onboardingId = onboardingIdOf(submission);
  expect(await twin.ended(onboardingId)).toEqual(doneEnd(submission));
  expect(await thingsOf(twin, onboardingId)).toEqual(wholeOf(submission));
  expect(await entriesOf(twin.urls, submission.number)).toEqual(journal);
  expect(await mailsTo(twin.urls, submission.variables['email'] ?? '')).toHaveLength(2);
  expect(await linksMailed(twin.urls, onboardingId)).toHaveLength(1);
}

test(`X-1 ${kills} kills at moments of seed ${seed}: every onboarding ends once, with one of each or with nothing`, async () => {
  const random = momentsFrom(seed);
  const struckIn = new Map<string, number>();
  for (let kill = 1; kill <= kills; kill += 1) {
    const way = ways[kill % ways.length] ?? 'onboarding';
    const moment = Math.floor(random() * span);
    const waits = way === 'with a task to wait for';
    const submission = newSubmission('b2b-onboarding', { ewacs_account_created: String(!waits) });
    const onboardingId = onboardingIdOf(submission);
    if (way === 'undoing') await twin.addFaults({ service: 'ses', operation: 'SendEmail', mode: 'reject' });

    const sent = twin.post(submission).catch(() => undefined);
    await pause(moment);
    const state = (await twin.stateOf(onboardingId).catch(() => undefined)) ?? 'the webhook';
    await twin.kill('SIGKILL');
    struckIn.set(state, 1 + (struckIn.get(state) ?? 0));
    await sent;
    await twin.restart();

    const told = `kill ${kill}, ${way}, after ${moment} ms`;
    expect([200, 202], told).toContain(await deliver(submission));
    if (way === 'undoing') {
      // The fault went with the process: what had not met it ends Done.
      const { status } = await twin.ended(onboardingId);
      if (status === 'SUCCEEDED') await expectDone(submission, wholeJournal);
      else expect(await thingsOf(twin, onboardingId), told).toEqual(nothing);
    } else if (waits) {
      const task = await eventually(() => ewacsTaskOf(twin, onboardingId));
      await closeTask(twin, task, '3');
      // 404 if its number was not written down yet: then the step sees by itself that it is closed.
      expect([200, 202, 404], told).toContain(await deliver(taskClosed(submission, task.number)));
      await expectDone(submission, wholeJournalWithEwacs).catch((error: unknown) => {
        throw new Error(told, { cause: error });
      });
    } else {
      await expectDone(submission, wholeJournal).catch((error: unknown) => {
        throw new Error(told, { cause: error });
      });
    }
  }
  console.log(`struck in: ${[...struckIn].map(([state, times]) => `${state} ${times}`).join(', ')}`);
});
