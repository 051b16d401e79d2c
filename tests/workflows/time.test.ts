import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { invoke } from '../../clients/operator.ts';
import { call, type PickedUpCredentials, pickUp, requestToken } from '../../clients/partner.ts';
import { type HandedOver, newestHandOver } from '../journeys/onboarded.ts';
import { doneEnd, rolledBackEnd } from './support/ends.ts';
import { closeAwaited, hang, operatorOf } from './support/held.ts';
import { postInTime } from './support/moved.ts';
import { eventually } from '../support/eventually.ts';
import { type OnboardingTwin, startOnboardingTwin } from './support/onboarding-twin.ts';
import {
  executionArnOf,
  newSubmission,
  onboardingIdOf,
  receipt,
  type Submission,
  taskReceipt,
  tryAgainLater,
} from './support/requests.ts';
import { nothing, tableItems, thingsOf } from './support/things.ts';
import { entriesOf, linksMailed } from './support/told.ts';
import { wholeJournal, wholeJournalWithEwacs, wholeOf } from './support/whole.ts';

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

const day = 86_400;
/** Converts seconds of workflow time, in which waits pass faster. */
const ofTheWorkflow = (seconds: number): number => seconds / timeScale;

async function expectWhole(submission: Submission, journal = wholeJournal): Promise<void> {
  const onboardingId = onboardingIdOf(submission);
  expect(await twin.ended(onboardingId)).toEqual(doneEnd(submission));
  expect(await thingsOf(twin, onboardingId)).toEqual(wholeOf(submission));
  expect(await entriesOf(twin.urls, submission.number)).toEqual(journal);
  expect(await linksMailed(twin.urls, onboardingId)).toHaveLength(1);
}

describe('WF-3 the wait for an EWACS account', () => {
  async function awaiting(): Promise<Submission> {
    const submission = newSubmission('b2b-onboarding', { ewacs_account_created: 'false' });
    await postInTime(twin.urls, submission);
    await eventually(async () =>
      (await twin.history(onboardingIdOf(submission))).find(({ type }) => type === 'TaskSubmitted'),
    );
    return submission;
  }

  test('is ended by an answer after 13 days, though nobody was heard of meanwhile', async () => {
    const submission = await awaiting();
    const before = await twin.history(onboardingIdOf(submission));
    await twin.moveClock(ofTheWorkflow(13 * day));
    expect(await twin.history(onboardingIdOf(submission))).toEqual(before);
    expect(await closeAwaited(twin, submission)).toEqual(taskReceipt(expect.any(String) as string));
    await expectWhole(submission, wholeJournalWithEwacs);
    await twin.moveClock(ofTheWorkflow(15 * day));
    await expectWhole(submission, wholeJournalWithEwacs);
  });

  test('is neither cut short nor asked for again by a clock that jumps, and runs out after 14 days, once', async () => {
    const submission = await awaiting();
    const onboardingId = onboardingIdOf(submission);
    const [before, things] = [await twin.history(onboardingId), await thingsOf(twin, onboardingId)];
    for (const offset of [-300, 13 * day, -day, 13.9 * day, -400 * day, 0]) {
      await twin.moveClock(ofTheWorkflow(offset));
      expect(await twin.history(onboardingId)).toEqual(before);
      expect(await thingsOf(twin, onboardingId)).toEqual(things);
    }
    await twin.moveClock(ofTheWorkflow(14 * day));
    expect(await twin.ended(onboardingId)).toEqual(rolledBackEnd(submission, 'AwaitEwacsAccount'));
    const after = await twin.history(onboardingId);
    expect(after.filter(({ type }) => type === 'TaskTimedOut')).toHaveLength(1);
    await twin.moveClock(-day);
    expect(await twin.history(onboardingId)).toEqual(after);
    expect(await thingsOf(twin, onboardingId)).toEqual(nothing);
    expect(await entriesOf(twin.urls, submission.number)).toEqual({
      state: '4',
      work_notes: ['Accepted', 'RolledBack'],
      comments: ['Accepted', 'RolledBack'],
    });
  });

  test.each([-300, -30 * day])(
    'is ended by its answer after the clock has jumped by %i seconds',
    async (offset) => {
      const submission = await awaiting();
      await twin.moveClock(offset);
      expect(await closeAwaited(twin, submission)).toEqual(taskReceipt(expect.any(String) as string));
      await expectWhole(submission, wholeJournalWithEwacs);
    },
  );
});

describe('a clock that jumps back', () => {
  test('at every moment of an onboarding changes nothing about it', async () => {
    const submission = newSubmission('b2b-onboarding');
    await twin.post(submission);
    const ended = twin.ended(onboardingIdOf(submission));
    for (
      let hours = 1;
      await Promise.race([ended.then(() => false), twin.moveClock(-3600 * hours).then(() => true)]);
      hours += 1
    );
    await expectWhole(submission);
  });

  test.each([-300, -366 * day])('by %i seconds makes no back-off longer', async (offset) => {
    await twin.addFaults({ service: 'ses', operation: 'SendEmail', mode: 'crash' });
    const submission = newSubmission('b2b-onboarding');
    await twin.post(submission);
    await eventually(async () =>
      (await twin.history(onboardingIdOf(submission))).find(({ type }) => type === 'TaskFailed'),
    );
    await twin.moveClock(offset);
    await expectWhole(submission);
  });

  test('between the record of a ticket and its start leaves it to the next delivery, or to the sweep once its time has come', async () => {
    const [delivered, swept] = [newSubmission('b2b-onboarding'), newSubmission('b2b-onboarding')];
    await twin.addFaults({
      service: 'stepfunctions',
      operation: 'StartExecution',
      mode: 'fail-before',
      times: 6,
    });
    for (const submission of [delivered, swept]) {
      expect(await twin.post(submission)).toEqual(tryAgainLater);
    }
    await twin.moveClock(-day);
    await invoke(operatorOf(twin), 'onboarding-sweep', {});
    await expect(
      twin.aws.stepFunctions.send(
        new DescribeExecutionCommand({ executionArn: executionArnOf(onboardingIdOf(swept)) }),
      ),
    ).rejects.toMatchObject({ name: 'ExecutionDoesNotExist' });
    expect(await postInTime(twin.urls, delivered)).toEqual(receipt(delivered, { status: 200 }));
    await expectWhole(delivered);

    await twin.moveClock(120);
    await invoke(operatorOf(twin), 'onboarding-sweep', {});
    await invoke(operatorOf(twin), 'onboarding-sweep', {});
    await expectWhole(swept);
    await expectWhole(delivered);
  });

  test('WF-1 has webhooks of the right time refused, and taken as ever when it is right again', async () => {
    const submission = newSubmission('b2b-onboarding');
    for (const offset of [-3600, 3600]) {
      await twin.moveClock(offset);
      expect(await twin.post(submission)).toEqual({
        status: 401,
        body: {
          type: 'about:blank',
          title: 'The Standard Webhooks signature is missing, wrong, or more than five minutes old or ahead.',
          status: 401,
          code: 'bad_signature',
        },
      });
    }
    await twin.moveClock(0);
    expect(await twin.post(submission)).toEqual(receipt(submission));
    await expectWhole(submission);
  });
});

async function onboarded(): Promise<Submission & Pick<HandedOver, 'link' | 'code'>> {
  const submission = newSubmission('b2b-onboarding');
  expect(await postInTime(twin.urls, submission)).toEqual(receipt(submission));
  expect(await twin.ended(onboardingIdOf(submission))).toEqual(doneEnd(submission));
  return { ...submission, ...(await newestHandOver(twin.urls, onboardingIdOf(submission))) };
}
const statusOf = async (link: string, code: string): Promise<number> =>
  (
    await fetch(link, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ code }),
    })
  ).status;
const wrong = (code: string): string => `${code.startsWith('0') ? '1' : '0'}${code.slice(1)}`;
const relink = async (submission: Submission): Promise<Pick<HandedOver, 'link' | 'code'>> => {
  await invoke(operatorOf(twin), 'credential-delivery', {
    action: 'relink',
    onboardingId: onboardingIdOf(submission),
  });
  return newestHandOver(twin.urls, onboardingIdOf(submission));
};
const callAs = async (
  credentials: PickedUpCredentials,
): Promise<{ readonly accessToken: string; readonly status: number }> => {
  const { accessToken } = await requestToken(credentials);
  return { accessToken, status: (await callWith(accessToken)).status };
};
const callWith = (accessToken: string) =>
  call(twin.urls, { method: 'GET', path: '/apis/credit-reports/reports' }, '203.0.113.10', accessToken);

describe('WF-7 a pick-up link', () => {
  test('lives as long as its mail says, to the second, and not again; the fresh one after it does', async () => {
    const submission = await onboarded();
    const { link, code } = submission;
    const record = (await tableItems(twin.aws)).find(
      ({ sk, onboardingId }) => sk === 'LINK' && onboardingId === onboardingIdOf(submission),
    );
    const end = Date.parse(String(record?.['expiresAt']));
    expect(Math.abs(end - Date.now() - 3 * day * 1000)).toBeLessThan(60_000);
    await twin.moveClock((end - Date.now()) / 1000 - 10);
    expect(await statusOf(link, wrong(code))).toBe(403);
    await twin.moveClock((end - Date.now()) / 1000);
    expect(await statusOf(link, code)).toBe(410);

    const fresh = await relink(submission);
    expect(fresh.link).not.toBe(link);
    for (const offset of [0, 3 * day]) {
      await twin.moveClock(offset);
      expect(await statusOf(link, code)).toBe(410);
    }
    expect(await statusOf(fresh.link, fresh.code)).toBe(200);
  });

  test('that is used, locked or replaced stays so when the clock jumps back', async () => {
    const [used, locked, replaced] = [await onboarded(), await onboarded(), await onboarded()];
    expect(await statusOf(used.link, used.code)).toBe(200);
    for (let time = 1; time <= 5; time += 1) {
      expect(await statusOf(locked.link, wrong(locked.code))).toBe(403);
    }
    await relink(replaced);
    for (const offset of [-300, -day, -366 * day]) {
      await twin.moveClock(offset);
      for (const { link, code } of [used, locked, replaced]) expect(await statusOf(link, code)).toBe(410);
    }
  });

  test('that is live is good for one secret, however the clock jumps', async () => {
    const { link, code } = await onboarded();
    await twin.moveClock(-366 * day);
    expect(await statusOf(link, code), 'a year before the contract begins').toBe(403);
    await twin.moveClock(0);
    const secret = await pickUp(link, code);
    expect((await callAs(secret)).status).toBe(200);
    await twin.moveClock(-366 * day);
    await expect(callAs(secret), 'a year before the contract begins').rejects.toThrow(/is not active/u);
    expect(await statusOf(link, code)).toBe(410);
    await twin.moveClock(0);
    expect(await statusOf(link, code)).toBe(410);
  });
});

/** A fresh link can be mailed as long as the partner's mailbox is there. */
const beforeRemoval = 89 * day;

describe('a clock that jumps far ahead, and back', () => {
  test('ends what has run out, and nothing that comes after', async () => {
    const [early, unread] = [await onboarded(), await onboarded()];
    const credentials = await pickUp(early.link, early.code);
    const { accessToken, status } = await callAs(credentials);
    expect(status).toBe(200);

    await twin.moveClock(beforeRemoval);
    expect((await callWith(accessToken)).status).toBe(401);
    expect((await callAs(credentials)).status).toBe(200);
    expect(await statusOf(unread.link, unread.code)).toBe(410);
    const fresh = await relink(unread);
    expect((await callAs(await pickUp(fresh.link, fresh.code))).status).toBe(200);
    const late = await onboarded();
    expect((await callAs(await pickUp(late.link, late.code))).status).toBe(200);

    await twin.moveClock(0);
    const again = await onboarded();
    for (const each of [credentials, await pickUp(again.link, again.code)]) {
      expect((await callAs(each)).status).toBe(200);
    }
  });

  test('WF-10 keeps no client alive that is suspended', async () => {
    const { link, code } = await onboarded();
    const credentials = await pickUp(link, code);
    const { accessToken } = await requestToken(credentials);
    await twin.moveClock(366 * day);
    // From here on, records of a year ahead are cached.
    expect((await callAs(credentials)).status).toBe(200);
    await twin.aws.dynamoDb.send(
      new UpdateItemCommand({
        TableName: 'sallyport-dev',
        Key: { pk: { S: `CLIENT#${credentials.client_id}` }, sk: { S: 'MAPPING' } },
        UpdateExpression: 'SET #status = :suspended',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: { ':suspended': { S: 'suspended' } },
      }),
    );
    // The gateway caches for five minutes, the function for ten seconds.
    await twin.moveClock(311);
    expect(await callWith(accessToken)).toEqual({ status: 403, code: 'client_inactive' });
  });

  test('X-5 keeps no partner waiting for a secret, if a birth was broken off ahead', async () => {
    const submission = await onboarded();
    await twin.moveClock(beforeRemoval);
    const { link, code } = await relink(submission);
    await twin.addFaults(hang('cognito', 'AddUserPoolClientSecret'));
    const broken = statusOf(link, code).catch(() => 'no answer');
    await eventually(async () => (await twin.faultsLeft()).length === 0 || undefined);
    // After a restart, the clock is right again.
    await twin.kill('SIGKILL');
    await twin.restart();
    expect(await broken).toBe('no answer');
    await twin.moveClock(121);
    const fresh = await relink(submission);
    expect(await statusOf(fresh.link, fresh.code)).toBe(200);
  });
});
