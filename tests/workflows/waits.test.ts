import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { invoke } from '../../clients/operator.ts';
import { doneEnd, rolledBackEnd } from './support/ends.ts';
import { closeAwaited, operatorOf, rollBack, stop } from './support/held.ts';
import { postInTime } from './support/moved.ts';
import { eventually } from '../support/eventually.ts';
import { type OnboardingTwin, startOnboardingTwin } from './support/onboarding-twin.ts';
import {
  newSubmission,
  onboardingIdOf,
  type Submission,
  taskReceipt,
  tryAgainLater,
} from './support/requests.ts';
import { waitsIn } from './support/things.ts';

/** Real time: after three days, eleven remain. */
const timeScale = 1;
let twin: OnboardingTwin;
beforeAll(async () => {
  twin = await startOnboardingTwin({ timeScale });
});
afterEach(() => twin.moveClock(0));
afterAll(() => twin.stop());

const hour = 3600;
const day = 24 * hour;

async function awaiting(): Promise<Submission> {
  const submission = newSubmission('b2b-onboarding', { ewacs_account_created: 'false' });
  await postInTime(twin.urls, submission);
  await untilItWaits(onboardingIdOf(submission));
  return submission;
}
const untilItWaits = (onboardingId: string): Promise<true> =>
  eventually(async () => (await twin.history(onboardingId)).at(-1)?.type === 'TaskSubmitted' || undefined);

/** Returns the partition keys of the waiting steps. */
const waiting = async (): Promise<readonly string[]> => (await waitsIn(twin.aws)).map(({ pk }) => pk);
const itemOf = (submission: Submission): string => `ONBOARDING#${onboardingIdOf(submission)}`;

const line = z.object({
  level: z.literal('INFO'),
  code: z.literal('swept'),
  waiting: z.number(),
  longestWaitHours: z.number(),
});
/**
 * Returns the newest log line of a sweep. The twin's own sweeps, which a moved clock starts, write the same
 * kind of lines.
 */
function counted(): object {
  const last =
    twin
      .log()
      .split('\n')
      .findLast((each) => each.includes('"swept"')) ?? '';
  const { waiting: count, longestWaitHours } = line.parse(JSON.parse(last.slice(last.indexOf('{'))));
  return { waiting: count, longestWaitHours };
}
const sweep = (): Promise<unknown> => invoke(operatorOf(twin), 'onboarding-sweep', {});
/** Expects these counts after the given number of seconds. */
async function expectCount(seconds: number, expected: object): Promise<void> {
  await twin.moveClock(seconds);
  await vi.waitFor(
    async () => {
      await sweep();
      expect(counted()).toEqual(expected);
    },
    { timeout: 100_000 },
  );
}
const nobody = { waiting: 0, longestWaitHours: 0 };

test('WF-12 a wait is in the index, without particulars or token, until its task is closed, and the sweep tells how long it is', async () => {
  const submission = await awaiting();
  expect(await waitsIn(twin.aws)).toEqual([
    {
      pk: itemOf(submission),
      sk: 'STEP#ewacs-account',
      gsi2pk: 'WAITING',
      gsi2sk: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]{12}Z$/u) as string,
    },
  ]);
  await expectCount(0, nobody);
  await expectCount(72 * hour - 60, { waiting: 1, longestWaitHours: 71 });
  await expectCount(72 * hour, { waiting: 1, longestWaitHours: 72 });

  const second = await awaiting();
  await expectCount(80 * hour, { waiting: 2, longestWaitHours: 80 });
  for (const [each, left] of [
    [submission, [itemOf(second)]],
    [second, []],
  ] as const) {
    expect(await closeAwaited(twin, each)).toEqual(taskReceipt(expect.any(String) as string));
    expect(await waiting()).toEqual(left);
    expect(await twin.ended(onboardingIdOf(each))).toEqual(doneEnd(each));
  }
  await expectCount(80 * hour, nobody);
});

test('WF-12 a wait ends when its task is closed without an account', async () => {
  const submission = await awaiting();
  await closeAwaited(twin, submission, '4');
  expect(await twin.ended(onboardingIdOf(submission))).toEqual(
    rolledBackEnd(submission, 'AwaitEwacsAccount'),
  );
  expect(await waiting()).toEqual([]);
});

test('WF-12 a wait ends when it has run out after 14 days', async () => {
  const submission = await awaiting();
  await expectCount(14 * day - 60, { waiting: 1, longestWaitHours: 14 * 24 - 1 });
  await twin.moveClock(14 * day);
  expect(await twin.ended(onboardingIdOf(submission))).toEqual(
    rolledBackEnd(submission, 'AwaitEwacsAccount'),
  );
  expect(await waiting()).toEqual([]);
});

test('WF-12 a wait that is stopped and taken back ends', async () => {
  const submission = await awaiting();
  await stop(twin, onboardingIdOf(submission));
  expect(await waiting()).toEqual([itemOf(submission)]);
  await rollBack(twin, onboardingIdOf(submission));
  expect(await waiting()).toEqual([]);
});

test('WF-12 a wait that is stopped is forgotten by the sweep, and begins anew when it is redriven', async () => {
  const submission = await awaiting();
  await stop(twin, onboardingIdOf(submission));
  await expectCount(73 * hour, nobody);
  expect(await waiting()).toEqual([]);
  await twin.redrive(onboardingIdOf(submission));
  await untilItWaits(onboardingIdOf(submission));
  await expectCount(75 * hour, { waiting: 1, longestWaitHours: 2 });
  await closeAwaited(twin, submission);
  expect(await twin.ended(onboardingIdOf(submission))).toEqual(doneEnd(submission));
  expect(await waiting()).toEqual([]);
});

test('WF-12 a wait that is stopped, closed and redriven is none any more', async () => {
  const submission = await awaiting();
  await stop(twin, onboardingIdOf(submission));
  await closeAwaited(twin, submission);
  expect(await waiting()).toEqual([]);
  await twin.redrive(onboardingIdOf(submission));
  expect(await twin.ended(onboardingIdOf(submission))).toEqual(doneEnd(submission));
  expect(await waiting()).toEqual([]);
});

test('WF-12 waits are counted though what was recorded cannot be started, and it is started though they cannot be counted', async () => {
  const submission = await awaiting();
  await twin.addFaults({ service: 'stepfunctions', operation: 'StartExecution', mode: 'reject', times: 100 });
  const unstarted = newSubmission('b2b-onboarding');
  expect(await twin.post(unstarted)).toEqual(tryAgainLater);
  await twin.moveClock(2 * hour);
  await expect(sweep()).rejects.toThrow('StartExecution');
  await vi.waitFor(() => expect(counted()).toEqual({ waiting: 1, longestWaitHours: 2 }), {
    timeout: 100_000,
  });
  await twin.clearFaults();

  await twin.addFaults({
    service: 'stepfunctions',
    operation: 'DescribeExecution',
    mode: 'reject',
    times: 100,
    during: { functionName: 'onboarding-sweep' },
  });
  await expect(sweep()).rejects.toThrow('DescribeExecution');
  await twin.clearFaults();
  expect(await twin.ended(onboardingIdOf(unstarted))).toEqual(doneEnd(unstarted));
  await closeAwaited(twin, submission);
  await twin.ended(onboardingIdOf(submission));
});
