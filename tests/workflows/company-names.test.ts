import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { createPartners } from '../../adapters/aws/contract-records.ts';
import { postWebhook } from '../../clients/webhook.ts';
import { operatorOf } from '../journeys/operator.ts';
import { partnerIdAt } from '../support/partners.ts';
import { tableAt } from '../support/table.ts';
import { doneEnd, rejectedEnd } from './support/ends.ts';
import { type OnboardingTwin, shareOnboardingTwin } from './support/onboarding-twin.ts';
import { newSubmission, onboardingIdOf } from './support/requests.ts';
import { journalOf } from './support/told.ts';

const webhook = z.object({
  webhook: z.object({ variables: z.object({ company: z.string() }) }),
  after: z.string(),
});
const operator = z.object({
  operator: z.literal('POST /operator/partners'),
  body: z.object({ name: z.string(), why: z.string() }),
  after: z.string(),
});
const { inputs } = z
  .object({ inputs: z.array(z.object({ given: z.union([webhook, operator]) })) })
  .parse(JSON.parse(readFileSync('tests/support/cases/company-names.json', 'utf8')));
/** Returns the name in quotation marks from a description of what has happened before. */
const lookOf = (after: string): string => /"([^"]+)"/u.exec(after)?.[1] ?? '';

let twin: OnboardingTwin;
beforeAll(async () => {
  twin = await shareOnboardingTwin();
});
afterAll(() => twin.stop());

/** Returns the names of all partners, also of those that other files have left on the shared twin. */
async function partnerNames(): Promise<readonly string[]> {
  const partners = createPartners(tableAt(twin.urls.aws));
  const names: string[] = [];
  let page: Awaited<ReturnType<typeof partners.list>> | undefined;
  do {
    page = await partners.list({ limit: 100, ...(page?.next !== undefined && { after: page.next }) });
    names.push(...page.items.map(({ name }) => name));
  } while (page.next !== undefined);
  return names;
}
const partnersOfName = async (look: string) => {
  const names = await partnerNames();
  return names.filter((name) => name.replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '') === look);
};

/** Sends a request under this name, and expects that the answer names the invisible character. */
async function refusesInvisible(company: string): Promise<void> {
  const body = JSON.stringify(newSubmission('b2b-onboarding', { company }));
  expect(await postWebhook(twin.urls.gateway, body)).toMatchObject({
    status: 422,
    body: {
      errors: [
        {
          path: '/variables/company',
          code: 'invisible_characters',
          allowed: expect.stringMatching(/Found U\+(?:200B|00AD) at character \d+\.$/u) as string,
        },
      ],
    },
  });
}

describe('WF-4 a company name with characters that cannot be seen', () => {
  test.each(inputs.map(({ given }) => given))('%j', async (given) => {
    const look = lookOf(given.after);
    const ada = await operatorOf(twin.urls.gateway, 'approver', 'ada');
    if ('operator' in given) {
      expect(await ada('POST /operator/partners', { body: { name: look, why: 'signed' } })).toEqual({
        status: 201,
        headers: {
          'cache-control': 'no-store',
          'content-type': 'application/json',
          etag: '"1"',
          location: expect.stringMatching(/^partners\/[0-9a-f-]{36}$/u) as string,
        },
        body: {
          partnerId: await partnerIdAt(twin.urls.aws, look),
          name: look,
          status: 'draft',
          version: 1,
          changes: [
            {
              at: expect.any(String) as string,
              by: 'ada@operators.example',
              subject: ada.subject,
              why: 'signed',
              to: 'draft',
            },
          ],
        },
      });
      expect(await ada(given.operator, { body: given.body })).toMatchObject({
        status: 422,
        body: { errors: [{ path: '/name', allowed: expect.stringContaining('Found U+200B') as string }] },
      });
    } else if (given.after.endsWith('was suspended')) {
      const first = newSubmission('b2b-onboarding', { company: look });
      expect(await twin.onboard(first)).toEqual(doneEnd(first));
      const path = `/operator/partners/${await partnerIdAt(twin.urls.aws, look)}`;
      const transition = { ifMatch: '*', body: { to: 'suspended', why: 'a doubt' } };
      const { status } = await ada(`POST ${path}/transitions`, transition);
      expect(status).toBe(200);
      await refusesInvisible(given.webhook.variables.company);
    } else {
      const submission = newSubmission('b2b-onboarding', { company: look });
      expect(await twin.onboard(submission)).toEqual(doneEnd(submission));
      await refusesInvisible(given.webhook.variables.company);
    }
    expect(await partnersOfName(look)).toHaveLength(1);
  });

  test('is taken as it is where its script needs one', async () => {
    const company = 'داده\u200cپردازی پارس';
    const submission = newSubmission('b2b-onboarding', { company });
    expect(await twin.onboard(submission)).toEqual(doneEnd(submission));
    expect(await partnerNames()).toContain(company);
  });
});

describe('OAU-1 a name that an operator has added to a partner', () => {
  // Threat T-106
  test('leads to it: a request under the name does not get round a suspension, nor one of a draft', async () => {
    const first = newSubmission('b2b-onboarding', { company: 'Jetty Analytics Ltd' });
    expect(await twin.onboard(first)).toEqual(doneEnd(first));
    const partnerId = await partnerIdAt(twin.urls.aws, 'Jetty Analytics Ltd');
    const ada = await operatorOf(twin.urls.gateway, 'approver', 'ada');
    const grace = await operatorOf(twin.urls.gateway, 'approver', 'grace');
    const path = `/operator/partners/${partnerId}`;
    const put = { name: 'Jetty Analytics Ltd', otherNames: ['Jetty Data'], why: 'they ask under both' };
    const { headers } = await ada(`PUT ${path}`, { ifMatch: '*', body: put });
    const approval = { ifMatch: headers['etag'] ?? '', body: { to: 'active', why: 'in the register' } };
    expect((await grace(`POST ${path}/transitions`, approval)).body).toMatchObject({
      otherNames: ['Jetty Data'],
    });
    const suspension = { ifMatch: '*', body: { to: 'suspended', why: 'a doubt' } };
    expect((await ada(`POST ${path}/transitions`, suspension)).status).toBe(200);
    const cover = { name: 'Jetty Facts', why: 'covers a name that they may ask under' };
    expect((await ada('POST /operator/partners', { body: cover })).status).toBe(201);

    for (const company of ['JETTY data', 'jetty FACTS']) {
      const second = newSubmission('b2b-onboarding', { company });
      expect(await twin.onboard(second)).toEqual(rejectedEnd(second));
      expect(await partnersOfName(company)).toEqual([]);
    }
  });

  test('is its own after a request under the name was refused, and the next request is done', async () => {
    const first = newSubmission('b2b-onboarding', { company: 'Slipway Analytics Ltd' });
    expect(await twin.onboard(first)).toEqual(doneEnd(first));
    const partnerId = await partnerIdAt(twin.urls.aws, 'Slipway Analytics Ltd');
    // An onboarding that names a contract makes no partner.
    const asked = { company: 'Slipway Data', contract_number: `unknown-${randomUUID()}` };
    const refused = newSubmission('b2b-onboarding', asked);
    expect(await twin.onboard(refused)).toEqual(rejectedEnd(refused));

    const ada = await operatorOf(twin.urls.gateway, 'operator', 'ada');
    const grace = await operatorOf(twin.urls.gateway, 'approver', 'grace');
    const path = `/operator/partners/${partnerId}`;
    const put = { name: 'Slipway Analytics Ltd', otherNames: ['Slipway Data'], why: 'their second name' };
    const proposed = await ada(`PUT ${path}`, { ifMatch: '*', body: put });
    expect(proposed.body).toMatchObject({ proposed: { otherNames: ['Slipway Data'] } });
    const ifMatch = proposed.headers['etag'] ?? '';
    const approval = { ifMatch, body: { to: 'active', why: 'checked in the register' } };
    expect((await grace(`POST ${path}/transitions`, approval)).status).toBe(200);

    const second = newSubmission('b2b-onboarding', { company: 'Slipway Data' });
    expect(await twin.onboard(second)).toEqual(doneEnd(second));
    expect(await partnerIdAt(twin.urls.aws, 'Slipway Data')).toBe(partnerId);
  });
});

describe('WF-4 a request of a company whose name looks like that of another partner', () => {
  // Threat T-107
  test('is carried out, the work note warns whoever decides, and the operators are told', async () => {
    const first = newSubmission('b2b-onboarding', { company: 'Dune Credit Ltd' });
    expect(await twin.onboard(first)).toEqual(doneEnd(first));
    const other = await partnerIdAt(twin.urls.aws, 'Dune Credit Ltd');
    const company = 'Dunе Сredit Ltd';
    const second = newSubmission('b2b-onboarding', { company });
    expect(await twin.onboard(second)).toEqual(doneEnd(second));
    const warning = `${company} looks like the name of another partner, but is written with other characters: Dune Credit Ltd (partner ${other}).`;
    const { work_notes, comments } = await journalOf(twin.urls, second.number);
    expect(work_notes.filter((text) => text.includes(warning))).toHaveLength(1);
    expect(comments.filter((text) => text.includes(other))).toEqual([]);
    const events = await (await fetch(`${twin.urls.gateway}/_twin/events`)).json();
    expect(events).toContainEqual(
      expect.objectContaining({
        detailType: 'Trust Needs Operator',
        detail: {
          about: 'look_alike',
          partnerId: await partnerIdAt(twin.urls.aws, company),
          name: company,
          looksLike: [{ partnerId: other, name: 'Dune Credit Ltd', status: 'active' }],
          onboardingId: onboardingIdOf(second),
        },
      }),
    );
  });
});
