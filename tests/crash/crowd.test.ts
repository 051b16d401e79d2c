import { paginateGetApiKeys } from '@aws-sdk/client-api-gateway';
import { paginateListUserPoolClients } from '@aws-sdk/client-cognito-identity-provider';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inbox, ticketsOf } from '../../clients/partner.ts';
import { eventually } from '../support/eventually.ts';
import { doneEnd } from '../workflows/support/ends.ts';
import { type OnboardingTwin, startOnboardingTwin } from '../workflows/support/onboarding-twin.ts';
import { newSubmission, onboardingIdOf } from '../workflows/support/requests.ts';

const onboardings = 200;

let twin: OnboardingTwin;
beforeAll(async () => {
  twin = await startOnboardingTwin({ timeScale: 1 });
});
afterAll(() => twin.stop());

/** ServiceNow delivers again what it had no good answer to. */
const deliver = (payload: object): Promise<number> =>
  eventually(async () => {
    const status = await twin.post(payload).then(
      (answer) => answer.status,
      () => 599,
    );
    if (status < 500) return status;
    await pause(200);
    return undefined;
  });

async function collected<Page, Item>(
  pages: AsyncIterable<Page>,
  itemsOf: (page: Page) => readonly Item[],
): Promise<readonly Item[]> {
  const all: Item[] = [];
  for await (const page of pages) all.push(...itemsOf(page));
  return all;
}

test(`X-1 ${onboardings} requests at once, each posted three times, some while the twin restarts: ${onboardings} onboardings, one of everything each`, async () => {
  const submissions = Array.from({ length: onboardings }, () => newSubmission('b2b-onboarding'));
  const ids = submissions.map((submission) => onboardingIdOf(submission)).toSorted();
  const deliveries = submissions.flatMap((submission) => [
    deliver(submission),
    deliver(submission),
    deliver(submission),
  ]);
  await pause(1500);
  await twin.kill('SIGKILL');
  await twin.restart();
  expect((await Promise.all(deliveries)).filter((status) => status !== 200 && status !== 202)).toEqual([]);
  for (const submission of submissions) {
    expect(await twin.ended(onboardingIdOf(submission))).toEqual(doneEnd(submission));
  }

  const { apiGateway, cognito } = twin.aws;
  const clients = await collected(
    paginateListUserPoolClients({ client: cognito }, { UserPoolId: 'eu-west-1_sallyport', MaxResults: 60 }),
    ({ UserPoolClients = [] }) => UserPoolClients,
  );
  const keys = await collected(paginateGetApiKeys({ client: apiGateway }, {}), ({ items = [] }) => items);
  const mails = await inbox(twin.urls);
  expect(clients.map(({ ClientName }) => ClientName).toSorted()).toEqual(ids);
  expect(keys.map(({ name }) => name).toSorted()).toEqual(ids);
  expect(
    mails
      .filter(({ source }) => source === 'ses')
      .map(({ tags }) => tags['onboarding'])
      .toSorted(),
  ).toEqual(ids);
  expect(
    mails
      .filter(({ source }) => source === 'okta')
      .map(({ to }) => to)
      .toSorted(),
  ).toEqual(submissions.map(({ variables }) => variables['email']).toSorted());
  const told = (await ticketsOf(twin.urls)).map(({ number, state, work_notes, comments }) => ({
    number,
    state,
    notes: work_notes.length,
    comments: comments.length,
  }));
  expect(told.toSorted((a, b) => a.number.localeCompare(b.number))).toEqual(
    submissions
      .map(({ number }) => ({ number, state: '3', notes: 4, comments: 3 }))
      .toSorted((a, b) => a.number.localeCompare(b.number)),
  );
});
