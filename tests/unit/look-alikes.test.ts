import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { prerequisiteStep } from '../../core/access/prerequisite.ts';
import { lookAlikeWarning } from '../../core/access/look-alike-warning.ts';
import { OutcomeUnknown } from '../../core/errors.ts';
import { initialState } from '../../core/lifecycle/change.ts';
import { intakeRequest } from '../../core/onboarding/request-intake.ts';
import { writeMilestone } from '../../core/onboarding/ticket-report.ts';
import { normalizeCompanyName } from '../../core/partners/company-name.ts';
import { confusables, confusablesVersion } from '../../core/partners/confusables.ts';
import { addLooks, lookAlikesOf } from '../../core/partners/look-alikes.ts';
import { looksOf } from '../../core/partners/look.ts';
import { namesOf } from '../../core/partners/names.ts';
import type { Partner } from '../../core/partners/partner.ts';
import type { TicketDesk } from '../../core/tickets/ports.ts';
import { describeConfusables } from '../../scripts/describe-confusables.ts';
import { request } from '../support/fakes/samples.ts';
import { fakeNameLooks } from '../support/fakes/name-looks.ts';
import { createWorld } from '../support/fakes/world.ts';

const isAlike = (one: string, other: string): boolean =>
  looksOf(one).some((look) => looksOf(other).includes(look));

/** Characters that look alike, each group with all of its characters. */
const groups = confusables
  .trim()
  .split('\n')
  .map((line) =>
    line
      .split(/[=,]/u)
      .map((codes) => String.fromCodePoint(...codes.split(' ').map((code) => Number.parseInt(code, 16)))),
  );
const groupOf = new Map(groups.flatMap((group) => group.map((each) => [each, group] as const)));
/** Returns what looks like a letter, besides punctuation, which makes no other name. */
const looksLike = (letter: string): readonly string[] =>
  (groupOf.get(letter) ?? [letter]).filter((each) => each === letter || !/\p{P}/u.test(each));

const latin = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789');
const anyLetter = fc
  .oneof(
    fc.constantFrom(...groups.flat().filter((each) => /^[\p{L}\p{N}]$/u.test(each))),
    fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 1 })
      .filter((each) => /^[\p{L}\p{N}]$/u.test(each)),
  )
  .map((each) => each.normalize('NFKC'))
  // The normal form of ß is ss, and that of ς is σ: what looks like their small form is found only as it is written.
  .filter((each) => normalizeCompanyName(each) === each.toLowerCase());
const capital = (letter: string): string => letter.toUpperCase();
const small = (letter: string): string => letter.toLowerCase();

/** Returns names of such letters, and each with some of its letters replaced. */
const nameOf = (letter: fc.Arbitrary<string>, forms: readonly ((letter: string) => string)[]) =>
  fc
    .array(
      letter.chain((each) =>
        fc.record({
          letter: fc.constant(each),
          replaced: fc.constantFrom(...forms.map((form) => form(each)).flatMap(looksLike)),
        }),
      ),
      { minLength: 1, maxLength: 12 },
    )
    .map((letters) => ({
      name: letters.map((each) => each.letter).join(''),
      replaced: letters.map((each) => each.replaced).join(''),
    }));
const anyName = fc.oneof(
  // Latin letters are replaced by what looks like the capital or the small form.
  nameOf(fc.constantFrom(...latin), [capital, small]),
  // Letters of any script are replaced by what looks like them, or all in one case.
  nameOf(anyLetter, [(letter) => letter]),
  nameOf(anyLetter, [capital]),
  nameOf(anyLetter, [small]),
);

describe('WF-4 names that look alike', () => {
  test.each([
    // Whole names in another script.
    ['раураl', 'paypal'],
    ['РАУРАL', 'PayPal'],
    ['ВМW', 'BMW'],
    ['Αcme Credit', 'Acme Credit'],
    ['Ѕсоре', 'Scope'],
    // Digits, and letters that look like others in one of the two cases.
    ['G00gle', 'Google'],
    ['Goog1e', 'GOOGLE'],
    ['PayPaI', 'PAYPAL'],
    ['Іnsight', 'INSIGHT'],
    ['Inslght', 'InsIght'],
    ['rnodern Data', 'Modern Data'],
    ['MODERN data', 'rnodern data'],
    ['Acme|Data', 'AcmelData'],
    ['Şeker', 'Șeker'],
    // A small l for an I, an i for an l, and the other way round.
    ['CREDlT SUISSE', 'CREDIT SUISSE'],
    ['CREDlT SUISSE', 'Credit Suisse'],
    ['HlLL', 'HILL'],
    ['Hill', 'HIII'],
    ['HI1L', 'hill'],
    ['Fıltra', 'FLLTRA'],
    ['PAYPAl', 'Paypai'],
    // Capital letters of another script, whose small forms look different.
    ['МІСRОSОFТ', 'Microsoft'],
    ['\u039c\u0399CR\u039fSOF\u03a4', 'MICROSOFT'],
    ['МӀСRОSОFТ', 'microsoft'],
    ['MOCKBA', 'Москва'],
    ['İN\u0422EL', 'Intel'],
    // One letter of another script in a name with an I.
    ['\u0422HISTLE & SONS', 'Thistle & Sons'],
    ['\u041dANSA VERSICHERUNG', 'Hansa Versicherung'],
    ['NORDIC BAN\u039a', 'Nordic Bank'],
    ['MC\u039aINSEY', 'McKinsey'],
    // Only what separates words differs.
    ['Sleeper-Bank', 'Sleeper Bank'],
    ['SleeperBank.', 'Sleeper Bank'],
    // Katakana and a Chinese character.
    ['デ一タ', 'データ'],
  ])('%s looks like %s', (one, other) => {
    expect(normalizeCompanyName(one)).not.toBe(normalizeCompanyName(other));
    expect(isAlike(one, other)).toBe(true);
  });

  test.each([
    ['Acme Credit', 'Acme Credit Ltd'],
    ['Zoe Bank', 'Zoë Bank'],
    ['Nova', 'Nona'],
    ['Paypaj', 'Paypal'],
    ['株式会社アクメ', '株式会社アグメ'],
    ['Roma', 'Рим'],
  ])('%s does not look like %s', (one, other) => {
    expect(isAlike(one, other)).toBe(false);
  });

  test('spellings of one name have a look in common, and a look has itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (name) => {
        const looks = looksOf(name);
        expect(looks).toEqual(expect.arrayContaining([...looksOf(normalizeCompanyName(name))]));
        for (const look of looks) expect(looksOf(look)).toContain(look);
      }),
    );
  });

  // Threat T-107
  test('a name is found whichever of its letters are replaced by others that look like them', () => {
    fc.assert(
      fc.property(anyName, ({ name, replaced }) => {
        expect([name, replaced, isAlike(replaced, name)]).toEqual([name, replaced, true]);
      }),
      { numRuns: 1_000 },
    );
  });

  test('a name of letters without accents has one look', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...latin), { minLength: 1 }), (letters) => {
        expect(looksOf(letters.join(''))).toHaveLength(1);
      }),
    );
  });

  test('every character has a look', () => {
    const assigned = Array.from({ length: 0x110000 }, (_, code) => String.fromCodePoint(code)).filter(
      (each) => /[^\p{Cn}\p{Co}\p{Cs}]/u.test(each),
    );
    expect(assigned.filter((each) => looksOf(each).length > 3)).toEqual([]);
  });

  test('the table is what the script writes of it, and a file that is something else is refused', () => {
    const file = [
      `# Version: ${confusablesVersion}`,
      ...confusables
        .trim()
        .split('\n')
        .flatMap((line) => {
          const [to = '', from = ''] = line.split('=');
          return from
            .split(',')
            .map((each) =>
              `${each.padStart(4, '0')} ;\t${to.replaceAll(/\w+/gu, (code) => code.padStart(4, '0'))} ;\tMA\t# x`.toUpperCase(),
            );
        }),
      // The normal form of a name has no character of full width.
      'FF41 ;\t0061 ;\tMA\t# x',
    ].join('\n');
    expect(describeConfusables(file.replace('# VERSION', '# Version'))).toContain(`\`${confusables}\``);
    expect(() => describeConfusables('0430 ;\t0061 ;\tMA')).toThrow('The file does not say its version');
  });
});

const partnerOf = (partnerId: string, name: string, more: Partial<Partner> = {}): Partner => ({
  partnerId,
  name,
  ...initialState('active', { at: '2026-11-20T10:00:00.000Z', by: 'onb-0', why: 'new' }),
  ...more,
});
/** More than 260 other names that look like Acme Credit Ltd, without the one that the tests ask for. */
const crowd = ['A', 'А']
  .flatMap((a) => ['c', 'с'].map((c) => `${a}${c}m`))
  .flatMap((begun) => ['e', 'е'].map((e) => `${begun}${e} `))
  .flatMap((begun) => ['C', 'С'].map((c) => `${begun}${c}r`))
  .flatMap((begun) => ['e', 'е'].map((e) => `${begun}${e}d`))
  .flatMap((begun) => ['i', 'і', '1'].map((i) => `${begun}${i}t `))
  .flatMap((begun) => ['L', '1', '|'].map((l) => `${begun}${l}td`))
  .filter((each) => !['Acme Credit Ltd', 'Асmе Credit Ltd'].includes(each));
const task = { onboardingId: 'onb-1', ticketNumber: 'RITM0010001' };

async function worldWith(company: string, ...partners: readonly Partner[]) {
  const world = createWorld();
  const { ports, fakes } = world;
  for (const partner of partners) {
    fakes.partners.has(partner);
    for (const name of namesOf(partner)) await fakes.partnerNames.reserve(name, partner.partnerId);
  }
  await ports.tickets.record({
    ticketNumber: 'RITM0010001',
    attempt: 1,
    onboardingId: 'onb-1',
    digest: 'd',
    request: { ...request, company, prerequisiteMet: false },
  });
  const lookAlikes = (partner: Partner) => lookAlikesOf(ports, partner);
  return { ...world, lookAlikes };
}

describe('WF-4 a request of a company whose name looks like another partner has', () => {
  const found = { partnerId: 'acme', name: 'Acme Credit Ltd', status: 'active' } as const;
  const similar = 'Асmе Credit Ltd';
  const warning =
    'Compare carefully: Асmе Credit Ltd looks like the name of another partner, but is written with other characters: Acme Credit Ltd (partner acme). Make sure that the request is really from the company that it names.';

  // Threat T-107
  test('is taken, and whoever decides is warned: in the work note, in the task, and by an event', async () => {
    const acme = partnerOf('acme', 'Acme Credit Ltd');
    const { ports, fakes, lookAlikes } = await worldWith(similar, acme);
    expect(await lookAlikes(acme)).toEqual({});
    await intakeRequest(ports, task);
    const onboarding = await ports.onboardings.find('onb-1');
    expect(onboarding?.plan.looksLike).toEqual([found]);
    const partnerId = onboarding?.partnerId ?? '';
    expect(fakes.lookAlikeAlerts.raised).toEqual([
      { about: 'look_alike', partnerId, name: similar, looksLike: [found], onboardingId: 'onb-1' },
    ]);
    if (onboarding === undefined) throw new Error('no onboarding');
    const texts: string[] = [];
    const desk: TicketDesk = {
      ...ports.desk,
      createTask: (asked) => {
        texts.push(asked.text);
        return ports.desk.createTask(asked);
      },
    };
    await prerequisiteStep({ ...ports, desk }).apply(onboarding, {
      action: 'apply',
      executionId: 'onb-1',
      taskToken: 'token',
    });
    expect(texts.map((text) => text.split('\n')[0])).toEqual([warning]);
    await writeMilestone(ports, onboarding, 'Accepted');
    const [told] = fakes.desk.updates;
    expect(told?.fields.internalNote).toContain(warning);
    expect(told?.fields.comment).not.toContain('Acme');
    await writeMilestone(ports, { ...onboarding, reasons: [{ code: 'x', sentence: 'No.' }] }, 'Rejected');
    const refusal = fakes.desk.updates.at(-1);
    expect(refusal?.fields.internalNote).toContain(warning);
    expect(refusal?.fields.comment).not.toContain('Acme');

    // The partner that was there first is found by it, too.
    expect(await lookAlikes(acme)).toEqual({ looksLike: [{ partnerId, name: similar, status: 'active' }] });
  });

  test('is compared with other and former names, but not with those of refused requests or removed ones', async () => {
    const acme = partnerOf('acme', 'Akme', { otherNames: ['Acme Credit Ltd'] });
    const { ports, fakes, lookAlikes } = await worldWith(similar, acme);
    await lookAlikes(acme);
    await addLooks(ports, { partnerId: 'unused', name: 'Acme Сredit Ltd' });
    await fakes.partnerNames.reserve('Acme Сredit Ltd', 'unused');
    await intakeRequest(ports, task);
    expect((await ports.onboardings.find('onb-1'))?.plan.looksLike).toEqual([
      { ...found, currentName: 'Akme' },
    ]);

    await fakes.partnerNames.release('Acme Credit Ltd', { partnerId: 'acme', version: 1 });
    const [drafted] = fakes.partners.all().filter(({ name }) => name === similar);
    expect(drafted === undefined ? undefined : await lookAlikes(drafted)).toEqual({});
  });

  test.each([
    ['active', {}, 'Acme Credit Ltd (partner acme)'],
    ['suspended', {}, 'Acme Credit Ltd (partner acme, suspended)'],
    ['suspended', { name: 'Akme' }, 'Acme Credit Ltd (partner acme, now called Akme, suspended)'],
    ['draft', { name: 'Akme' }, 'Acme Credit Ltd (partner acme, now called Akme, a draft)'],
  ] as const)(
    'is told what a partner is called now and what its status is (%s, %j)',
    async (status, more, told) => {
      const formerNames = 'name' in more ? ['Acme Credit Ltd'] : [];
      const acme = partnerOf('acme', 'Acme Credit Ltd', { ...more, formerNames, status });
      const { ports, lookAlikes } = await worldWith(similar, acme);
      await lookAlikes(acme);
      await intakeRequest(ports, task);
      const onboarding = await ports.onboardings.find('onb-1');
      expect(lookAlikeWarning(similar, onboarding?.plan ?? {})).toContain(`: ${told}. Make sure`);
    },
  );

  test('is told of the active partners first, the oldest first, and how many more there are', async () => {
    const since = (day: number): Partial<Partner> =>
      initialState('active', { at: `2026-11-${day}T10:00:00.000Z`, by: 'onb-0', why: 'new' });
    // Each has letters of another script in other places.
    const spellings = ['A', 'А'].flatMap((a) =>
      ['c', 'с'].flatMap((c) => ['e', 'е'].flatMap((e) => ['o', 'о'].map((o) => `${a}${c}m${e} C${o}`))),
    );
    const [, suspended = '', young = '', old = '', ...drafts] = spellings;
    const partners = [
      ...drafts.map((name, index) => partnerOf(`draft-${index}`, name, { status: 'draft' })),
      partnerOf('suspended', suspended, { status: 'suspended' }),
      partnerOf('young', young, since(20)),
      partnerOf('old', old, since(10)),
    ];
    const { ports, fakes, lookAlikes } = await worldWith('Acme Co', ...partners);
    for (const partner of partners) await lookAlikes(partner);
    await intakeRequest(ports, task);
    const onboarding = await ports.onboardings.find('onb-1');
    const listed = onboarding?.plan.looksLike ?? [];
    expect(listed.map(({ partnerId }) => partnerId).slice(0, 3)).toEqual(['old', 'young', 'suspended']);
    expect([listed.length, onboarding?.plan.moreLookAlikes]).toEqual([10, 5]);
    expect(fakes.lookAlikeAlerts.raised).toMatchObject([{ moreLookAlikes: 5 }]);
    expect(lookAlikeWarning('Acme Co', onboarding?.plan ?? {})).toMatch(
      /, a draft\) and 5 more\. Make sure/u,
    );
  });

  // Threat T-124
  test('is told of the partner that was there first, however many have taken such a name since', async () => {
    const acme = partnerOf('acme', 'Acme Credit Ltd');
    const drafts = crowd.map((name, index) => partnerOf(`draft-${index}`, name, { status: 'draft' }));
    const { ports, lookAlikes } = await worldWith(similar, acme, ...drafts);
    await lookAlikes(acme);
    for (const { partnerId, name } of drafts) await addLooks(ports, { partnerId, name });
    await intakeRequest(ports, task);
    const plan = (await ports.onboardings.find('onb-1'))?.plan;
    expect(plan?.looksLike?.[0]).toEqual(found);
    expect(plan?.uncheckedLookAlikes).toBe(true);
    expect(lookAlikeWarning(similar, plan ?? {})).toContain(
      'There are so many names with this look that not all of them were looked up. Make sure',
    );
  });

  // Threat T-124
  test('is told of it, too, if as many such names lead nowhere', async () => {
    const { ports, fakes, lookAlikes } = await worldWith(similar);
    for (const [index, name] of crowd.entries()) {
      await addLooks(ports, { partnerId: `gone-${index}`, name });
    }
    const acme = partnerOf('acme', 'Acme Credit Ltd');
    fakes.partners.has(acme);
    await fakes.partnerNames.reserve(acme.name, acme.partnerId);
    await lookAlikes(acme);
    await intakeRequest(ports, task);
    const plan = (await ports.onboardings.find('onb-1'))?.plan;
    expect(plan?.looksLike).toEqual([found]);
    expect(plan).not.toHaveProperty('uncheckedLookAlikes');
  });

  // Threat T-124
  test('is warned of names that were not looked up, even if those that were lead nowhere', async () => {
    const { ports, fakes } = await worldWith(similar);
    const nameLooks = fakeNameLooks(1);
    for (const name of crowd.slice(0, 2)) await addLooks({ nameLooks }, { partnerId: 'gone', name });
    await intakeRequest({ ...ports, nameLooks }, task);
    const onboarding = await ports.onboardings.find('onb-1');
    expect(lookAlikeWarning(similar, onboarding?.plan ?? {})).toBe(
      'Compare Асmе Credit Ltd carefully with other partners. There are so many names with this look that not all of them were looked up.',
    );
    expect(fakes.lookAlikeAlerts.raised).toMatchObject([{ uncheckedLookAlikes: true }]);
  });

  // Threat T-124
  test('is not made known by names of a partner that ended as a draft', async () => {
    const gone = partnerOf('gone', 'Acme Credit Ltd', { status: 'ended' });
    const { ports, fakes, lookAlikes } = await worldWith(similar, gone);
    await fakes.partnerNames.release('Acme Credit Ltd', { partnerId: 'gone', version: 1 });
    await lookAlikes(gone);
    for (const look of looksOf('Acme Credit Ltd')) {
      expect((await ports.nameLooks.find(look)).names).toEqual([]);
    }
  });

  test('raises no event where the partner was there before, or nobody looks like it', async () => {
    const acme = partnerOf('acme', 'Acme Credit Ltd');
    const { ports, fakes, lookAlikes } = await worldWith(similar, acme, partnerOf('second', similar));
    await lookAlikes(acme);
    await intakeRequest(ports, task);
    expect((await ports.onboardings.find('onb-1'))?.plan.looksLike).toEqual([found]);
    expect(fakes.lookAlikeAlerts.raised).toEqual([]);

    const plain = await worldWith('Nobody Else', acme);
    await plain.lookAlikes(acme);
    await intakeRequest(plain.ports, task);
    expect((await plain.ports.onboardings.find('onb-1'))?.plan).not.toHaveProperty('looksLike');
    expect(plain.fakes.lookAlikeAlerts.raised).toEqual([]);
  });

  test.each([
    ['nameLooks.find', 'before'],
    ['nameLooks.add', 'before'],
    ['nameLooks.add', 'after'],
  ] as const)(
    'is known by its look after the next try where %s is lost %s its effect',
    async (call, moment) => {
      const { ports, fakes, trouble } = await worldWith(similar);
      const lost = new OutcomeUnknown({ service: 'dynamodb', operation: 'UpdateItem', detail: 'lost' });
      trouble.next(call, moment, lost);
      await expect(intakeRequest(ports, task)).rejects.toBe(lost);
      await intakeRequest(ports, task);
      const [partner] = fakes.partners.all();
      for (const look of looksOf(similar)) {
        expect((await fakes.nameLooks.find(look)).names).toMatchObject([
          { partnerId: partner?.partnerId, name: similar },
        ]);
      }
    },
  );

  test('goes on even if the operators cannot be told', async () => {
    const acme = partnerOf('acme', 'Acme Credit Ltd');
    const { ports, trouble, lookAlikes } = await worldWith(similar, acme);
    await lookAlikes(acme);
    const lost = new OutcomeUnknown({ service: 'eventbridge', operation: 'PutEvents', detail: 'lost' });
    trouble.next('lookAlikeAlerts.raise', 'before', lost);
    expect(await intakeRequest(ports, task)).toMatchObject({ kind: request.kind });
  });

  test('is warned of without markup, whatever the names contain', () => {
    expect(lookAlikeWarning('Acme', {})).toBeUndefined();
    const looksLike = [{ partnerId: 'p', name: '<b>', status: 'active', currentName: '[code]' }] as const;
    expect(lookAlikeWarning('A[code]me', { looksLike })).toContain(
      'A(code)me looks like the name of another partner, but is written with other characters: (b) (partner p, now called (code)).',
    );
  });
});
