import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { OutcomeUnknown, Rejected } from '../../core/errors.ts';
import { initialState } from '../../core/lifecycle/change.ts';
import { changeNames } from '../../core/partners/change-names.ts';
import { intakeRequest } from '../../core/onboarding/request-intake.ts';
import { normalizeCompanyName } from '../../core/partners/company-name.ts';
import { identifyPartner } from '../../core/partners/partner-names.ts';
import { fakePartnerNames } from '../support/fakes/partner-names.ts';
import { request } from '../support/fakes/samples.ts';
import { createWorld } from '../support/fakes/world.ts';

const { inputs } = z
  .object({
    inputs: z.array(
      z.object({
        given: z.object({
          webhook: z.object({ variables: z.object({ company: z.string() }) }).optional(),
          body: z.object({ name: z.string() }).optional(),
          after: z.string().regex(/"[^"]+"/u),
        }),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync('tests/support/cases/company-names.json', 'utf8')));

describe('WF-4 company names', () => {
  test.each(
    inputs.map(({ given: { webhook, body, after } }) => [
      webhook?.variables.company ?? body?.name ?? '',
      /"([^"]+)"/u.exec(after)?.[1] ?? '',
    ]),
  )('%j is %j', (given, plain) => {
    expect(given).not.toBe(plain);
    expect(normalizeCompanyName(given)).toBe(normalizeCompanyName(plain));
  });

  test.each([
    ['  ACME   credit\tltd '],
    ['acme credit ltd'],
    ['Ａｃｍｅ Credit Ltd'],
    ['Acme\u00a0Credit\u2003Ltd'],
    ['A\u2060cme Credit\ufe0f Ltd'],
  ])('%j is the same as Acme Credit Ltd', (company) => {
    expect(normalizeCompanyName(company)).toBe('acme credit ltd');
  });

  test.each([
    ['Zoe\u0308 Bank', 'Zo\u00eb Bank'],
    // The zero width non-joiner that Persian is written with.
    ['داده\u200cپردازی', 'دادهپردازی'],
    ['ΟΔΟΣ', 'οδος'],
    ['οδοσ', 'οδος'],
    ['STRASSE GmbH', 'Straße GmbH'],
    ['İstanbul', 'istanbul'],
    ['ООО «Ромашка»', 'ООО "Ромашка"'],
    ['Say \u201cHi\u201d', 'say "hi"'],
    ['ISTANBUL', 'İstanbul'],
    ['O\u2019Neill', "O'Neill"],
    ['O\u00b4Neill', "O'Neill"],
    ['O\u02bcNeill', 'O\u2018Neill'],
    ['Smith\u2013Jones', 'Smith-Jones'],
    ['Smith\u2011Jones', 'Smith\u2212Jones'],
  ])('%j is the same as %j', (one, other) => {
    expect(normalizeCompanyName(one)).toBe(normalizeCompanyName(other));
  });

  test.each([
    ['Acme Credit', 'Acme Credit Ltd'],
    ['Zoe Bank', 'Zoë Bank'],
    ['株式会社アクメ', '株式会社アグメ'],
    ['Acme & Credit', 'Acme / Credit'],
    [`${'A very long name '.repeat(4)}one`, `${'A very long name '.repeat(4)}two`],
  ])('%j is not %j', (one, other) => {
    expect(normalizeCompanyName(one)).not.toBe(normalizeCompanyName(other));
  });

  test('what is normalized once is normalized', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 120 }), (company) => {
        const normalized = normalizeCompanyName(company);
        expect(normalizeCompanyName(normalized)).toBe(normalized);
      }),
    );
  });

  test.each(['\u200b', '\u3164', '\u2800 \u00ad', ' '])('nothing is left of %j', (company) => {
    expect(normalizeCompanyName(company)).toBe('');
  });
});

describe('WF-4 the partner behind a company name', () => {
  test('has an id that is drawn once, whoever asks at once, and found from then on', async () => {
    const ids = ['one', 'two', 'three'];
    const deps = { partnerNames: fakePartnerNames(), newId: () => ids.shift() ?? '' };
    expect(
      await Promise.all(['Acme', 'ACME', 'A\u200bcme '].map((name) => identifyPartner(deps, name))),
    ).toEqual(['one', 'one', 'one']);
    expect(await identifyPartner(deps, 'acme')).toBe('one');
    expect(deps.partnerNames.all()).toEqual({ acme: 'one' });
  });

  test('is one for two onboardings that come at once for a new company', async () => {
    const { ports, fakes } = createWorld();
    const onboardingIds = ['onb-1', 'onb-2'];
    for (const [index, onboardingId] of onboardingIds.entries()) {
      const company = ['Acme Credit Ltd', 'acme credit\u200b LTD'][index] ?? '';
      await ports.tickets.record({
        ticketNumber: `RITM000100${index}`,
        attempt: 1,
        onboardingId,
        digest: 'd',
        request: { ...request, company },
      });
    }
    await Promise.all(
      onboardingIds.map((onboardingId, index) =>
        intakeRequest(ports, { onboardingId, ticketNumber: `RITM000100${index}` }),
      ),
    );
    const [partner, ...more] = fakes.partners.all();
    expect(more).toEqual([]);
    const partnerIds = await Promise.all(
      onboardingIds.map(async (onboardingId) => (await ports.onboardings.find(onboardingId))?.partnerId),
    );
    expect(partnerIds).toEqual([partner?.partnerId, partner?.partnerId]);
    expect(fakes.partnerNames.all()).toEqual({ 'acme credit ltd': partner?.partnerId });
  });

  test.each([
    ['partnerNames.find', 'before'],
    ['partnerNames.reserve', 'before'],
    ['partnerNames.reserve', 'after'],
    ['partners.create', 'before'],
    ['partners.create', 'after'],
  ] as const)('is made whole by the next try where %s is lost %s its effect', async (call, moment) => {
    const { ports, fakes, trouble } = createWorld();
    await ports.tickets.record({
      ticketNumber: 'RITM0010001',
      attempt: 1,
      onboardingId: 'onb-1',
      digest: 'd',
      request,
    });
    const task = { onboardingId: 'onb-1', ticketNumber: 'RITM0010001' };
    const lost = new OutcomeUnknown({ service: 'dynamodb', operation: 'UpdateItem', detail: 'lost' });
    trouble.next(call, moment, lost);
    await expect(intakeRequest(ports, task)).rejects.toBe(lost);
    await intakeRequest(ports, task);
    const partners = fakes.partners.all();
    expect(partners).toHaveLength(1);
    expect([partners[0]?.partnerId, (await ports.onboardings.find('onb-1'))?.partnerId]).toEqual(
      Array(2).fill(fakes.partnerNames.all()['acme credit ltd']),
    );
  });

  test.each(['is looked up', 'is tried again'] as const)(
    'is another one after an operator has given the name away while the request %s',
    async (moment) => {
      const { ports, fakes } = createWorld();
      await ports.tickets.record({
        ticketNumber: 'RITM0010001',
        attempt: 1,
        onboardingId: 'onb-1',
        digest: 'd',
        request,
      });
      const at = new Date('2026-11-20T10:00:00Z');
      fakes.partners.has({
        partnerId: 'other',
        name: 'Other',
        ...initialState('draft', { at: at.toISOString(), by: 'ada', why: 'new' }),
      });
      const giveAway = async () => {
        const operator = { subject: 'ada', mailbox: 'ada@company.example', role: 'operator' } as const;
        const act = { operator, at, why: 'their other name' };
        const wanted = { name: 'Other', otherNames: [request.company] };
        const changed = await changeNames(ports, { id: 'other', seen: () => true, act, wanted });
        expect(changed.outcome).toBe('changed');
      };
      const lost = new OutcomeUnknown({ service: 'okta', operation: 'GetUser', detail: 'lost' });
      const directory = {
        findByLogin: async () => {
          await giveAway();
          if (moment === 'is tried again') throw lost;
          return undefined;
        },
      };
      const task = { onboardingId: 'onb-1', ticketNumber: 'RITM0010001' };
      const first = intakeRequest({ ...ports, directory }, task);
      const rejected = new Rejected({
        service: 'sallyport',
        operation: 'request-intake',
        detail: 'name_moved',
      });
      if (moment === 'is tried again') {
        await expect(first).rejects.toBe(lost);
        await expect(intakeRequest(ports, task)).rejects.toThrow(rejected);
      } else {
        await expect(first).rejects.toThrow(rejected);
      }
      const drawn = (await ports.onboardings.find('onb-1'))?.partnerId ?? '';
      expect(await ports.onboardings.find('onb-1')).toMatchObject({
        status: 'Rejected',
        reasons: [
          {
            code: 'name_moved',
            sentence:
              'The name Acme Credit Ltd was given to another partner while this request was looked at. Submit it again, so that it belongs to that partner.',
          },
        ],
      });
      expect(await fakes.partners.find(drawn)).toMatchObject({ status: 'ended', supersededBy: 'other' });
      expect(fakes.contracts.all()).toEqual([]);
      expect(await identifyPartner(ports, request.company)).toBe('other');
    },
  );
});
