import { LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { invoke } from '../../clients/operator.ts';
import { pickUp } from '../../clients/partner.ts';
import { webhookSecret } from '../../clients/webhook.ts';
import { nowAt } from '../../scripts/age.ts';
import { startOnboarding } from '../../scripts/bootstrap/smoke-test/onboarding.ts';
import { newestHandOver } from '../journeys/onboarded.ts';
import { run } from '../support/commands.ts';
import { eventually } from '../support/eventually.ts';
import { doneEnd } from './support/ends.ts';
import { closeAwaited, operatorOf } from './support/held.ts';
import { postInTime } from './support/moved.ts';
import { type OnboardingTwin, startOnboardingTwin } from './support/onboarding-twin.ts';
import { newSubmission, onboardingIdOf, receipt, type Submission } from './support/requests.ts';
import { recordOf, tableItems } from './support/things.ts';

const day = 86_400;
let twin: OnboardingTwin;
/** How far the twin's clock is ahead. */
let offset = 0;
/** It has a table of its own, which is searched as a whole, and whose clock only goes ahead. */
beforeAll(async () => {
  twin = await startOnboardingTwin({ timeScale: 20 });
});
afterAll(() => twin.stop());

/** Moves the clock. The sweeps that are due by then run, as ever, by their schedules. */
async function daysPass(days: number): Promise<void> {
  offset += days * day;
  await twin.moveClock(offset);
}
const sweeps = async (): Promise<void> => {
  for (const sweep of ['onboarding-sweep', 'user-sweep']) await invoke(operatorOf(twin), sweep, {});
};

/** What a request says about people. */
const peopleOf = ({ opened_by, requested_for, variables }: Submission): readonly string[] => [
  opened_by,
  requested_for,
  ...['first_name', 'last_name', 'email', 'telephone', 'user_id', 'description'].map(
    (name) => variables[name] ?? '',
  ),
];

/** Returns the items of the whole table in which one of the texts is, each with what was found. */
async function found(texts: readonly string[]): Promise<readonly string[]> {
  const items = await tableItems(twin.aws);
  return items
    .flatMap((item) => {
      const content = JSON.stringify(item, (_, value: unknown) =>
        value instanceof Set ? [...(value as Set<unknown>)] : value,
      );
      return texts.flatMap((text) => (content.includes(text) ? [`${kindOf(item.pk)}: ${text}`] : []));
    })
    .toSorted();
}
const kindOf = (pk: string): string => pk.split('#', 1)[0] ?? pk;

const operator = (script: string, ...args: readonly string[]) =>
  run(`scripts/${script}.ts`, args, {
    environment: { SALLYPORT_PORT: new URL(twin.urls.gateway).port },
  });

async function ends(submission: Submission, status: string): Promise<void> {
  expect((await twin.ended(onboardingIdOf(submission))).error ?? 'Done').toBe(status);
  expect((await recordOf(twin, onboardingIdOf(submission))).status).toBe(status);
}

describe('X-1 ninety days after the end of an onboarding', () => {
  // Threat T-102
  test('nothing in the whole table tells who it was for, but for what is in force', async () => {
    const submission = newSubmission('b2b-onboarding', { ewacs_account_created: 'false' });
    const onboardingId = onboardingIdOf(submission);
    const people = [...peopleOf(submission), 'EW-100001'];
    await postInTime(twin.urls, submission);
    // Only a workflow that waits records what the message about the task says.
    await eventually(async () =>
      (await twin.history(onboardingId)).find(({ type }) => type === 'TaskSubmitted'),
    );
    await closeAwaited(twin, submission);
    expect(await twin.ended(onboardingId)).toMatchObject({ status: doneEnd(submission).status });
    const { link, code } = await newestHandOver(twin.urls, onboardingId);
    await pickUp(link, code);
    expect(await postInTime(twin.urls, submission)).toEqual(receipt(submission, { status: 200, is: 'Done' }));

    await daysPass(89);
    await sweeps();
    const before = await found(people);
    expect(before.filter((each) => each.startsWith('TICKET: '))).toHaveLength(8);
    expect(before.filter((each) => each.startsWith('ONBOARDING: '))).toHaveLength(9);

    await daysPass(2);
    const userId = submission.variables['user_id'] ?? '';
    const inForce = [
      `CONTRACT: ${submission.requested_for}`,
      `SHARED: ${userId}`,
      `SHARED: ${userId}`,
      `USER: ${userId}`,
    ];
    await eventually(async () => (await found(people)).length === inForce.length || undefined);
    expect(await found(people)).toEqual(inForce);
    // Threat T-103
    expect(await postInTime(twin.urls, submission), 'the same content is the same request').toEqual(
      receipt(submission, { status: 200, is: 'Done' }),
    );
    const changed = { ...submission, variables: { ...submission.variables, first_name: 'Erin' } };
    expect(await postInTime(twin.urls, changed)).toMatchObject({ status: 409 });

    expect(await operator('relink', onboardingId)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(
        /can have no new link: the partner's mailbox was removed on \d{4}-\d\d-\d\d[^]*api-client/u,
      ) as unknown,
    });
    expect(await operator('show', onboardingId)).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/: Done\n[^]*Personal data: removed on \d{4}-\d\d-\d\d\n/u) as unknown,
    });
    expect(await operator('show')).toMatchObject({ exitCode: 0 });
  });

  // Threat T-104
  test('nothing is left of people to whom it gave no access', async () => {
    const rejected = newSubmission('api-client');
    const rolledBack = newSubmission('b2b-onboarding');
    const people = [...peopleOf(rejected), ...peopleOf(rolledBack)];
    await twin.addFaults({
      service: 'cognito',
      operation: 'CreateUserPoolClient',
      mode: 'reject',
      during: { event: { onboardingId: onboardingIdOf(rolledBack) } },
    });
    await postInTime(twin.urls, rejected);
    await postInTime(twin.urls, rolledBack);
    await ends(rejected, 'Rejected');
    await ends(rolledBack, 'RolledBack');
    expect(await found([rejected.variables['user_id'] ?? ''])).toContain(
      `ONBOARDING: ${rejected.variables['user_id'] ?? ''}`,
    );

    await daysPass(91);
    const owner = rolledBack.requested_for;
    const others = people.filter((text) => text !== owner);
    await eventually(async () => (await found(others)).length === 0 || undefined);
    await sweeps();
    expect(new Set(await found(people)), 'contracts have an owner').toEqual(new Set([`CONTRACT: ${owner}`]));

    const onboardingId = onboardingIdOf(rolledBack);
    expect(await operator('redrive', onboardingId)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining(
        `give the whole request again: npm run redrive -- ${onboardingId} --input FILE`,
      ) as unknown,
    });
    expect(await operator('show', onboardingIdOf(rejected))).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('(the sentence was removed with the personal data)') as unknown,
    });
  });

  test('a smoke test that was undone has nothing left, and the next one begins again', async () => {
    const submission = newSubmission('b2b-onboarding', { email: 'success@simulator.amazonses.com' });
    const onboardingId = onboardingIdOf(submission);
    const userId = submission.variables['user_id'] ?? '';
    await postInTime(twin.urls, submission);
    expect(await twin.ended(onboardingId)).toMatchObject({ status: doneEnd(submission).status });
    await invoke(operatorOf(twin), 'finish-rollback', { action: 'undo-smoke-test', onboardingId });
    await daysPass(91);
    await sweeps();
    // The record of the user goes that many days after its profile.
    await eventually(async () => (await found([userId])).length === 0 || undefined);

    const target = operatorOf(twin);
    const lambda = new LambdaClient(target.client);
    const now = await nowAt({ ...target, twin: twin.urls });
    const run = {
      context: {
        aws: { lambda },
        stack: target.stack,
        clock: { now: () => now },
        say: () => undefined,
      },
      api: twin.urls.gateway,
      body: JSON.stringify(submission),
      signingSecret: webhookSecret(),
    } as unknown as Parameters<typeof startOnboarding>[0];
    expect(await startOnboarding(run)).toMatchObject({ onboardingId: onboardingId.replace(/1$/u, '2') });
    lambda.destroy();
  });
});
