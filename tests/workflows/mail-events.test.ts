import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { invoke } from '../../clients/operator.ts';
import { codeIn, inbox, linkIn, pickUp, ticketsOf } from '../../clients/partner.ts';
import { operatorOf } from './support/held.ts';
import { eventually } from '../support/eventually.ts';
import { doneEnd } from './support/ends.ts';
import { type OnboardingTwin, shareOnboardingTwin } from './support/onboarding-twin.ts';
import { newSubmission, onboardingIdOf } from './support/requests.ts';
import { tableItems } from './support/things.ts';
import { entriesOf } from './support/told.ts';

const { inputs } = z
  .object({ inputs: z.array(z.object({ given: z.object({ event: z.unknown() }), right: z.string() })) })
  .parse(JSON.parse(readFileSync('tests/support/cases/mail-events.json', 'utf8')));

let twin: OnboardingTwin;
beforeAll(async () => {
  twin = await shareOnboardingTwin();
});
afterAll(() => twin.stop());

async function onboarded(email: string, expected: 'delivered' | 'suppressed' = 'delivered') {
  const submission = newSubmission('b2b-onboarding', { email });
  const onboardingId = onboardingIdOf(submission);
  expect(await twin.onboard(submission)).toEqual(doneEnd(submission));
  const find = async () =>
    (await tableItems(twin.aws)).find((item) => item.sk === 'LINK' && item['onboardingId'] === onboardingId);
  const row = await eventually(async () => {
    const link = await find();
    return link?.['mail'] === expected ? String(link['tokenHash']) : undefined;
  });
  return {
    onboardingId,
    row,
    number: submission.number,
    mail: async () => (await find())?.['mail'],
    comments: async () =>
      (await entriesOf(twin.urls, submission.number)).comments.filter((entry) => entry.startsWith('mail-')),
    pickUp: async () => {
      const link = linkIn(await inbox(twin.urls), onboardingId)?.link ?? '';
      const code = codeIn((await ticketsOf(twin.urls)).find(({ number }) => number === submission.number));
      return pickUp(link, code ?? '');
    },
  };
}

describe('WF-7 what SES tells of a mail is read by its type and subtype', () => {
  test.each(inputs)('$right', async ({ given }) => {
    const partner = await onboarded('api-team@partner.example');
    const event = z
      .record(z.string(), z.unknown())
      .parse(
        JSON.parse(
          JSON.stringify(given.event)
            .replaceAll('{row}', partner.row)
            .replaceAll('{onboarding}', partner.onboardingId),
        ),
      );
    await invoke(operatorOf(twin), 'mail-events', event);
    expect(await partner.comments()).toEqual([]);
    expect(await partner.mail()).toBe('delivered');
    expect(await partner.pickUp()).toMatchObject({ client_id: expect.any(String) as string });
  });

  test('an out-of-office notice after the delivery is not told, and the link works', async () => {
    const partner = await onboarded('ooto+mail-events@simulator.amazonses.com');
    await invoke(operatorOf(twin), 'mail-events', {
      source: 'aws.ses',
      detail: { eventType: 'DeliveryDelay', mail: { tags: { row: [partner.row] } } },
    });
    expect([await partner.comments(), await partner.mail()]).toEqual([[], 'delivered']);
    expect(await partner.pickUp()).toMatchObject({ client_id: expect.any(String) as string });
  });

  test('a suppressed address is told as that', async () => {
    const partner = await onboarded('suppressionlist@simulator.amazonses.com', 'suppressed');
    await eventually(async () => ((await partner.comments()).length === 0 ? undefined : true));
    expect(await partner.comments()).toEqual(['mail-suppressed-1']);
  });
});
