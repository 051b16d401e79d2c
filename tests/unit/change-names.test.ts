import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { initialState } from '../../core/lifecycle/change.ts';
import type { LifecycleStatus } from '../../core/lifecycle/lifecycle.ts';
import { OutcomeUnknown } from '../../core/errors.ts';
import type { OperatorRole } from '../../core/operators/roles.ts';
import { changeNames, movePartner } from '../../core/partners/change-names.ts';
import { maxNames, namesOf } from '../../core/partners/names.ts';
import { identifyPartner, type PartnerNames } from '../../core/partners/partner-names.ts';
import { addLooks, type NameLooks } from '../../core/partners/look-alikes.ts';
import { looksOf } from '../../core/partners/look.ts';
import type { Partner, Partners } from '../../core/partners/partner.ts';
import { fakePartners } from '../support/fakes/contract-records.ts';
import { fakeNameLooks } from '../support/fakes/name-looks.ts';
import { fakePartnerNames } from '../support/fakes/partner-names.ts';
import { createTrouble } from '../support/fakes/trouble.ts';

const at = new Date('2026-11-20T10:00:00Z');
const lost = new OutcomeUnknown({ service: 'dynamodb', operation: 'UpdateItem', detail: 'lost' });
const ada = (role: OperatorRole = 'operator') => ({
  operator: { subject: 'ada', mailbox: 'ada@company.example', role },
  at,
  why: 'why',
});
const grace = {
  operator: { subject: 'grace', mailbox: 'grace@company.example', role: 'approver' },
  at,
  why: 'checked',
} as const;
const partnerOf = (partnerId: string, name: string, status: LifecycleStatus = 'active'): Partner => ({
  partnerId,
  name,
  ...initialState(status, { at: at.toISOString(), by: 'onb-1', why: 'new' }),
});

function createStores() {
  const trouble = createTrouble();
  const fakes = { partners: fakePartners(), partnerNames: fakePartnerNames(), nameLooks: fakeNameLooks() };
  const deps = {
    partners: trouble.around('partners', fakes.partners),
    partnerNames: trouble.around('partnerNames', fakes.partnerNames),
    nameLooks: trouble.around('nameLooks', fakes.nameLooks),
  };
  const has = async (partner: Partner): Promise<void> => {
    fakes.partners.has(partner);
    for (const name of namesOf(partner)) await fakes.partnerNames.reserve(name, partner.partnerId);
  };
  const change = async (
    id: string,
    wanted: { readonly name: string; readonly otherNames?: readonly string[] },
    act: ReturnType<typeof ada> = ada('approver'),
  ) => {
    const version = (await fakes.partners.find(id))?.version;
    return changeNames(deps, { id, wanted, act, seen: (each) => each === version });
  };
  const move = async (id: string, to: LifecycleStatus, act: ReturnType<typeof ada> = grace) => {
    const version = (await fakes.partners.find(id))?.version;
    return movePartner(deps, { id, to, act, seen: (each) => each === version, namesOneVersion: true });
  };
  const recordOf = (id: string) => fakes.partners.find(id);
  return { deps, fakes, trouble, has, change, move, recordOf };
}

describe('OAU-1 a new name of an active partner', () => {
  // Threat T-105
  test('leads nowhere until another approver has activated the version with it', async () => {
    const { fakes, has, change, move, recordOf } = createStores();
    await has(partnerOf('acme', 'Acme'));
    expect(await change('acme', { name: 'Acme', otherNames: ['Acme Data'] }, ada())).toMatchObject({
      outcome: 'changed',
      affectsCalls: false,
      record: { name: 'Acme', version: 2, proposed: { otherNames: ['Acme Data'] } },
    });
    expect(await change('acme', { name: 'Acme Insights' }, ada())).toMatchObject({
      record: { name: 'Acme', version: 3, proposed: { name: 'Acme Insights', otherNames: ['Acme Data'] } },
    });
    expect((await recordOf('acme'))?.changes.slice(1)).toEqual([
      {
        at: at.toISOString(),
        by: 'ada@company.example',
        subject: 'ada',
        why: 'why',
        proposal: 'made',
        addedNames: ['Acme Data'],
      },
      {
        at: at.toISOString(),
        by: 'ada@company.example',
        subject: 'ada',
        why: 'why',
        proposal: 'made',
        addedNames: ['Acme Insights'],
      },
    ]);
    expect(fakes.partnerNames.all()).toEqual({ acme: 'acme' });

    expect(await move('acme', 'active', ada('approver'))).toEqual({ outcome: 'own_change' });
    expect(fakes.partnerNames.all()).toEqual({ acme: 'acme' });
    const approved = await move('acme', 'active');
    expect(approved).toMatchObject({
      outcome: 'changed',
      record: { name: 'Acme Insights', otherNames: ['Acme Data'], formerNames: ['Acme'], version: 4 },
    });
    expect(approved).not.toHaveProperty('record.proposed');
    expect(fakes.partnerNames.all()).toEqual({
      acme: 'acme',
      'acme data': 'acme',
      'acme insights': 'acme',
    });
  });

  test('is refused if another partner has it, at the proposal and at the approval, and stays proposed', async () => {
    const { has, change, move, recordOf, fakes } = createStores();
    await has(partnerOf('acme', 'Acme'));
    await has(partnerOf('beta', 'Beta'));
    const taken = { outcome: 'name_taken', name: 'BETA', partnerId: 'beta' };
    expect(await change('acme', { name: 'Acme', otherNames: ['BETA'] })).toEqual(taken);
    await change('acme', { name: 'Acme', otherNames: ['Acme Data', 'Gamma'] });
    await has(partnerOf('gamma', 'Gamma'));
    const before = await recordOf('acme');
    expect(await move('acme', 'active')).toEqual({ ...taken, name: 'Gamma', partnerId: 'gamma' });
    expect(await recordOf('acme')).toEqual(before);
    expect(fakes.partnerNames.all()).not.toHaveProperty('acme data');
  });

  test('waits while the partner is suspended, too, and is approved with it', async () => {
    const { has, change, move } = createStores();
    await has(partnerOf('acme', 'Acme'));
    await change('acme', { name: 'Acme', otherNames: ['Acme Data'] });
    await move('acme', 'suspended', ada());
    expect(await move('acme', 'active', ada('approver'))).toEqual({ outcome: 'own_change' });
    expect(await move('acme', 'active')).toMatchObject({ record: { otherNames: ['Acme Data'] } });
  });

  test('is not new in another spelling, and a proposal that is made again changes nothing', async () => {
    const { has, change, recordOf } = createStores();
    await has({ ...partnerOf('acme', 'Acme'), otherNames: ['Acme Data'], formerNames: ['Akme'] });
    const before = await recordOf('acme');
    for (const otherNames of [['Acme Data'], ['Acme Data', 'AKME', 'acme ', 'ACME DATA']]) {
      expect(await change('acme', { name: 'Acme', otherNames })).toEqual({
        outcome: 'unchanged',
        record: before,
      });
    }
    await change('acme', { name: 'Acme', otherNames: ['Acme Data', 'Third'] });
    const proposed = await recordOf('acme');
    expect(await change('acme', { name: 'Acme', otherNames: ['Acme Data', 'Third', 'THIRD'] })).toEqual({
      outcome: 'unchanged',
      record: proposed,
    });
    expect(await change('acme', { name: 'AKME' })).toMatchObject({
      record: {
        name: 'AKME',
        otherNames: ['Acme Data'],
        formerNames: ['Acme'],
        proposed: { otherNames: ['Third'] },
      },
    });
  });

  test('of a name it has already takes an approver, as every change of what is active', async () => {
    const { has, change } = createStores();
    await has({ ...partnerOf('acme', 'Acme'), otherNames: ['Acme Data'] });
    const needed = { outcome: 'role_needed', role: 'approver' };
    expect(await change('acme', { name: 'Acme Data' }, ada())).toEqual(needed);
    expect(await change('acme', { name: 'Acme', otherNames: [] }, ada())).toEqual(needed);
    expect(await change('acme', { name: 'Acme Data' })).toMatchObject({
      affectsCalls: true,
      record: { name: 'Acme Data', formerNames: ['Acme'] },
    });
  });
});

describe('OAU-1 the names of a draft and of a suspended partner', () => {
  test('of a draft change at once, and the earlier ones are free again', async () => {
    const { fakes, has, change, move, recordOf } = createStores();
    await has(partnerOf('acme', 'Acme', 'draft'));
    expect(await change('acme', { name: 'Acme Insights', otherNames: ['Data'] }, ada())).toMatchObject({
      record: { name: 'Acme Insights', otherNames: ['Data'] },
    });
    expect(fakes.partnerNames.all()).toEqual({ 'acme insights': 'acme', data: 'acme' });
    expect(await recordOf('acme')).not.toHaveProperty('formerNames');
    expect((await recordOf('acme'))?.changes.at(-1)).toMatchObject({ removedNames: ['Acme'] });
    expect(await move('acme', 'active', ada('approver'))).toEqual({ outcome: 'own_change' });
    await move('acme', 'active');
    await change('acme', { name: 'Data' });
    expect(await recordOf('acme')).toMatchObject({ name: 'Data', formerNames: ['Acme Insights'] });
  });

  test('of a draft are free again once it has ended, also if the first try did not get that far', async () => {
    const { fakes, trouble, has, change, move } = createStores();
    await has({ ...partnerOf('acme', 'Acme', 'draft'), otherNames: ['Data', 'Facts'] });
    trouble.next('partnerNames.release', 'after', lost);
    await expect(move('acme', 'ended')).rejects.toBe(lost);
    expect(fakes.partnerNames.all()).toEqual({ data: 'acme', facts: 'acme' });
    await fakes.partnerNames.reserve('Acme', 'another');
    expect(await change('acme', { name: 'Acme' })).toMatchObject({ outcome: 'unchanged' });
    expect(fakes.partnerNames.all()).toEqual({ acme: 'another' });
  });

  // Threat T-106
  test.each([[['active']], [['active', 'suspended']], [['active', 'suspended', 'active']]] as const)(
    'of one that was %j before it ended stay, so that a request does not get round the end',
    async (statuses) => {
      const { fakes, has, change, move } = createStores();
      await has({ ...partnerOf('acme', 'Acme', 'draft'), otherNames: ['Data'] });
      for (const to of [...statuses, 'ended'] as const) await move('acme', to);
      await change('acme', { name: 'Acme' });
      expect(fakes.partnerNames.all()).toEqual({ acme: 'acme', data: 'acme' });
    },
  );

  test('of a suspended one wait for a second person, and lead nowhere until then', async () => {
    const { fakes, has, change, move, recordOf } = createStores();
    await has({ ...partnerOf('acme', 'Acme', 'suspended'), otherNames: ['Facts'] });
    expect(
      await change('acme', { name: 'Acme Insights', otherNames: ['Facts', 'Data'] }, ada()),
    ).toMatchObject({
      affectsCalls: false,
      record: {
        name: 'Acme',
        otherNames: ['Facts'],
        status: 'suspended',
        proposed: { name: 'Acme Insights', otherNames: ['Data'] },
      },
    });
    expect(fakes.partnerNames.all()).toEqual({ acme: 'acme', facts: 'acme' });
    expect(await move('acme', 'active', ada('approver'))).toEqual({ outcome: 'own_change' });
    await move('acme', 'active');
    expect(await recordOf('acme')).toMatchObject({
      name: 'Acme Insights',
      otherNames: ['Facts', 'Data'],
      formerNames: ['Acme'],
    });
  });

  test('of one that has ended do not change', async () => {
    const { has, change } = createStores();
    await has(partnerOf('acme', 'Acme', 'ended'));
    expect(await change('acme', { name: 'Other' })).toEqual({
      outcome: 'refused',
      status: 'ended',
      allowed: [],
    });
  });

  test('are counted, former and proposed ones included', async () => {
    const { has, change, recordOf } = createStores();
    const otherNames = Array.from({ length: maxNames - 2 }, (_, index) => `Acme ${index}`);
    await has({ ...partnerOf('acme', 'Acme'), otherNames, formerNames: ['Akme'] });
    const before = await recordOf('acme');
    expect(await change('acme', { name: 'Acme', otherNames: [...otherNames, 'one more'] })).toEqual({
      outcome: 'too_many_names',
    });
    expect(await recordOf('acme')).toEqual(before);
  });
});

describe('OAU-1 a name that is removed', () => {
  // Threat T-106
  // Threat T-124
  // Failure F-89
  test('is not found by its look any more, also if the first try did not get that far', async () => {
    const { fakes, trouble, has, change, move } = createStores();
    const found = async (): Promise<readonly string[]> => {
      const names = await Promise.all(looksOf('Acme').map((look) => fakes.nameLooks.find(look)));
      return names.flatMap((each) => each.names.map(({ name }) => name));
    };
    await has({ ...partnerOf('acme', 'Acme', 'draft'), otherNames: ['Асme', 'Acmе', 'АCME'] });
    for (const name of ['Acme', 'Асme', 'Acmе', 'АCME']) {
      await addLooks(fakes, { partnerId: 'acme', name });
    }
    await change('acme', { name: 'Acme', otherNames: ['Acmе', 'АCME'] });
    expect(await found()).toEqual(['Acme', 'Acmе', 'АCME']);

    trouble.next('nameLooks.remove', 'before', lost);
    await expect(change('acme', { name: 'Acme', otherNames: ['АCME'] })).rejects.toBe(lost);
    await change('acme', { name: 'Acme', otherNames: ['АCME'] });
    expect(await found()).toEqual(['Acme', 'АCME']);

    // The name that another partner has meanwhile stays.
    await fakes.partnerNames.reserveForChange('Асme', { partnerId: 'other', version: 1 });
    await addLooks(fakes, { partnerId: 'other', name: 'Асme' });
    await move('acme', 'ended');
    expect(await found()).toEqual(['Асme']);
  });

  test('is free again, but former names and those of a suspended partner stay', async () => {
    const { fakes, has, change, move, recordOf } = createStores();
    await has({ ...partnerOf('acme', 'Acme'), otherNames: ['Data', 'Facts'], formerNames: ['Akme'] });
    expect(await change('acme', { name: 'Acme', otherNames: ['Facts'] })).toMatchObject({
      record: { otherNames: ['Facts'], formerNames: ['Akme'] },
    });
    expect((await recordOf('acme'))?.changes.at(-1)).toMatchObject({ removedNames: ['Data'] });
    expect(fakes.partnerNames.all()).toEqual({ acme: 'acme', facts: 'acme', akme: 'acme' });

    await move('acme', 'suspended', ada());
    expect(await change('acme', { name: 'Acme', otherNames: [] })).toEqual({
      outcome: 'names_kept',
      names: ['Facts'],
    });
    expect(await identifyPartner({ ...createIds(), partnerNames: fakes.partnerNames }, 'FACTS')).toBe('acme');
    expect(await identifyPartner({ ...createIds(), partnerNames: fakes.partnerNames }, 'Akme')).toBe('acme');
  });

  // Failure F-78
  test('is released by the next change if the first did not get that far, unless the partner is suspended', async () => {
    const { fakes, trouble, has, change, move, recordOf } = createStores();
    await has({ ...partnerOf('acme', 'Acme'), otherNames: ['Data'] });
    trouble.next('partnerNames.release', 'before', lost);
    await expect(change('acme', { name: 'Acme', otherNames: [] })).rejects.toBe(lost);
    expect([await recordOf('acme'), fakes.partnerNames.all()]).toMatchObject([
      { version: 2 },
      { data: 'acme' },
    ]);
    await move('acme', 'suspended');
    expect(await change('acme', { name: 'Acme', otherNames: [] })).toMatchObject({ outcome: 'unchanged' });
    expect(fakes.partnerNames.all()).toHaveProperty('data');
    await move('acme', 'active');
    expect(await change('acme', { name: 'Acme', otherNames: [] })).toMatchObject({ outcome: 'unchanged' });
    expect(fakes.partnerNames.all()).toEqual({ acme: 'acme' });
  });
});

const createIds = () => {
  let count = 0;
  return {
    newId: () => {
      count += 1;
      return `new-${count}`;
    },
  };
};

describe('OAU-1 a name that leads to no partner', () => {
  // Failure F-79
  test('since its request was refused, goes to the partner that it is added to', async () => {
    const { deps, fakes, has, change } = createStores();
    await has(partnerOf('acme', 'Acme', 'draft'));
    expect(await identifyPartner({ ...createIds(), ...deps }, 'Acme Data')).toBe('new-1');
    expect(await change('acme', { name: 'Acme', otherNames: ['Acme Data'] })).toMatchObject({
      outcome: 'changed',
    });
    expect(await fakes.partnerNames.find('ACME data')).toBe('acme');
    expect(await fakes.partners.find('new-1')).toMatchObject({
      name: 'Acme Data',
      status: 'ended',
      supersededBy: 'acme',
    });
  });

  test('is proposed for an active partner, and goes to it with the approval', async () => {
    const { deps, fakes, has, change, move } = createStores();
    await has(partnerOf('acme', 'Acme'));
    await identifyPartner({ ...createIds(), ...deps }, 'Acme Data');
    await change('acme', { name: 'Acme', otherNames: ['Acme Data'] });
    expect(await fakes.partnerNames.find('Acme Data')).toBe('new-1');
    expect(await move('acme', 'active')).toMatchObject({ outcome: 'changed' });
    expect(await fakes.partnerNames.find('Acme Data')).toBe('acme');
  });

  test('goes there by the next try if the first was interrupted, and meanwhile to no other partner', async () => {
    const { deps, fakes, trouble, has, change } = createStores();
    await has(partnerOf('acme', 'Acme', 'draft'));
    await has(partnerOf('beta', 'Beta', 'draft'));
    await identifyPartner({ ...createIds(), ...deps }, 'Acme Data');
    trouble.next('partners.create', 'after', lost);
    const wanted = { name: 'Acme', otherNames: ['Acme Data'] };
    await expect(change('acme', wanted)).rejects.toBe(lost);
    expect(await change('beta', { name: 'Beta', otherNames: ['Acme Data'] })).toEqual({
      outcome: 'name_taken',
      name: 'Acme Data',
      partnerId: 'acme',
    });
    expect(await change('acme', wanted)).toMatchObject({ outcome: 'changed' });
    expect(await fakes.partnerNames.find('Acme Data')).toBe('acme');
  });

  test.each([
    ['partnerNames.reserveForChange', 'before'],
    ['partnerNames.reserveForChange', 'after'],
    ['partners.replace', 'before'],
    ['partners.replace', 'after'],
  ] as const)('is in the record after the next try where %s is lost %s its effect', async (call, moment) => {
    const { trouble, has, change, recordOf, fakes } = createStores();
    await has(partnerOf('acme', 'Acme', 'draft'));
    trouble.next(call, moment, lost);
    const wanted = { name: 'Acme', otherNames: ['Acme Data'] };
    await expect(change('acme', wanted)).rejects.toBe(lost);
    await change('acme', wanted);
    expect(await recordOf('acme')).toMatchObject({ version: 2, otherNames: ['Acme Data'] });
    expect(fakes.partnerNames.all()).toEqual({ acme: 'acme', 'acme data': 'acme' });
  });
});

/** Names in several spellings, so that partners contend for them. */
const someName = fc.constantFrom('First', 'Acme', 'ACME', 'Beta');
const someId = fc.constantFrom('one', 'one', 'two');
const act = fc.oneof(
  fc.record({ kind: fc.constant('request' as const), name: someName }),
  fc.record({
    kind: fc.constant('change' as const),
    id: someId,
    name: someName,
    otherNames: fc.option(fc.array(someName, { maxLength: 1 }), { nil: undefined }),
  }),
  fc.record({
    kind: fc.constant('move' as const),
    id: someId,
    to: fc.constantFrom('active' as const, 'suspended' as const, 'ended' as const),
  }),
);

/** Runs an act as the API and the intake do. */
async function run(
  deps: { readonly partners: Partners; readonly partnerNames: PartnerNames; readonly nameLooks: NameLooks },
  newId: () => string,
  each: typeof act extends fc.Arbitrary<infer Act> ? Act : never,
): Promise<void> {
  if (each.kind === 'request') {
    const partnerId = await identifyPartner({ partnerNames: deps.partnerNames, newId }, each.name);
    if ((await deps.partners.find(partnerId)) === undefined) {
      await deps.partners.create(partnerOf(partnerId, each.name));
    }
    return;
  }
  const { id } = each;
  const version = (await deps.partners.find(id))?.version;
  const target = { id, seen: (other: number) => other === version };
  if (each.kind === 'move') {
    await movePartner(deps, { ...target, act: grace, to: each.to, namesOneVersion: true });
    return;
  }
  const { name, otherNames } = each;
  const wanted = { name, ...(otherNames !== undefined && { otherNames }) };
  await changeNames(deps, { ...target, act: ada('approver'), wanted });
}

const endedAsDraft = ({ status, changes }: Partner): boolean =>
  status === 'ended' && !changes.some(({ to }) => to === 'active');

describe('WF-4 whoever asks, changes and approves at the same time', () => {
  // Threat T-106
  test('every name in a record leads to that partner, so it is in one record only', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.array(act, { minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 3 }),
        fc.constantFrom('draft' as const, 'active' as const),
        async (scheduler, people, status) => {
          const [partners, partnerNames] = [fakePartners(), fakePartnerNames()];
          for (const [id, name] of [
            ['one', 'First'],
            ['two', 'Second'],
          ] as const) {
            partners.has({ ...partnerOf(id, name, status), ...(id === 'one' && { otherNames: ['Acme'] }) });
            await partnerNames.reserve(name, id);
          }
          await partnerNames.reserve('Acme', 'one');
          /** Makes each call wait for its turn before and after its effect. */
          const turns = <Store extends object>(store: Store): Store =>
            new Proxy(store, {
              get: (target, key) => {
                const call: unknown = Reflect.get(target, key);
                if (typeof call !== 'function') return call;
                return async (...given: readonly unknown[]) => {
                  await scheduler.schedule(Promise.resolve(), String(key));
                  const answer: unknown = await Reflect.apply(call, target, given);
                  await scheduler.schedule(Promise.resolve(), `${String(key)} done`);
                  return answer;
                };
              },
            });
          const deps = {
            partners: turns(partners),
            partnerNames: turns(partnerNames),
            nameLooks: turns(fakeNameLooks()),
          };
          const { newId } = createIds();
          const inTurn = async (acts: (typeof people)[number]): Promise<void> => {
            for (const each of acts) await run(deps, newId, each);
          };
          await scheduler.waitFor(Promise.all(people.map(inTurn)));

          for (const partner of partners.all()) {
            if (partner.supersededBy !== undefined || endedAsDraft(partner)) continue;
            for (const name of namesOf(partner)) {
              expect([name, await partnerNames.find(name)]).toEqual([name, partner.partnerId]);
            }
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test('the names that a partner has do not depend on the order in which it is renamed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.constantFrom('Acme', 'Beta', 'Gamma', 'Delta', 'Epsilon'), { minLength: 2 }),
        fc.func(fc.integer()),
        async (renames, order) => {
          const namesAfter = async (names: readonly string[]) => {
            const { fakes, has, change, move } = createStores();
            await has(partnerOf('one', 'First'));
            for (const name of names) {
              await change('one', { name });
              await move('one', 'active');
            }
            const record = await fakes.partners.find('one');
            expect(record?.name).toBe(names.at(-1));
            return [fakes.partnerNames.all(), record === undefined ? [] : namesOf(record).toSorted()];
          };
          const shuffled = renames.toSorted((one, other) => order(one) - order(other));
          expect(await namesAfter(shuffled)).toEqual(await namesAfter(renames));
        },
      ),
    );
  });
});
