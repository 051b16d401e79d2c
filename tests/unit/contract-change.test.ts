import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { amend, editorsOf, initialState, transition, withoutProposal } from '../../core/lifecycle/change.ts';
import { type LifecycleStatus, allowedTransitions } from '../../core/lifecycle/lifecycle.ts';

const change = { at: '2026-11-20T10:00:00.000Z', by: 'operator-1', why: 'Agreed' };
const later = { at: '2026-11-21T10:00:00.000Z', by: 'operator-2', why: 'Unpaid' };
const statuses = ['draft', 'active', 'suspended', 'ended'] as const;
const recordIn = (status: LifecycleStatus) => ({
  name: 'Acme',
  status,
  version: 7,
  changes: [{ ...change, to: status }],
});

describe('OAU-1 the lifecycle', () => {
  test('of a record begins with who made it, when and why', () => {
    expect(initialState('draft', change)).toEqual({
      status: 'draft',
      version: 1,
      changes: [{ ...change, to: 'draft' }],
    });
  });

  test.each([
    ['draft', ['active', 'ended']],
    ['active', ['suspended', 'ended']],
    ['suspended', ['active', 'ended']],
    ['ended', []],
  ] as const)('lets %s become %j, and refuses all else by saying so', (status, allowed) => {
    expect(allowedTransitions({ status })).toEqual(allowed);
    for (const to of statuses) {
      expect(transition(recordIn(status), to, later)).toEqual(
        allowed.some((each) => each === to)
          ? {
              outcome: 'changed',
              record: {
                name: 'Acme',
                status: to,
                version: 8,
                changes: [
                  { ...change, to: status },
                  { ...later, to },
                ],
                editors: status === 'draft' && to !== 'active' ? [change.by] : [],
              },
            }
          : { outcome: 'refused', status, allowed },
      );
    }
  });

  test('ends for good: no way leads back', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...statuses)), (wishes) => {
        const way = wishes.reduce(
          (record, to) => {
            const next = transition(record, to, later);
            return next.outcome === 'changed' ? next.record : record;
          },
          { ...initialState('draft', change), name: 'Acme' },
        );
        const wasEnded = way.changes.some(({ to }) => to === 'ended');
        expect(way.status === 'ended').toBe(wasEnded);
        expect(way.version).toBe(way.changes.length);
      }),
    );
  });
});

describe('OAU-1 an amendment', () => {
  test.each(['draft', 'active', 'suspended'] as const)(
    'of what is %s replaces the whole content, and is counted',
    (status) => {
      const record: { readonly name: string; readonly endsAt?: string } & ReturnType<typeof initialState> = {
        ...recordIn(status),
        endsAt: '2027-01-01T00:00:00.000Z',
      };
      expect(
        amend<{ readonly name: string; readonly endsAt?: string }>(record, { name: 'Acme Ltd' }, later),
      ).toEqual({
        outcome: 'changed',
        record: {
          name: 'Acme Ltd',
          status,
          version: 8,
          changes: [{ ...change, to: status }, later],
          editors: status === 'draft' ? [change.by, later.by] : [later.by],
        },
      });
    },
  );

  test('of what has ended is refused', () => {
    expect(amend({ ...recordIn('ended') }, { name: 'Acme Ltd' }, later)).toEqual({
      outcome: 'refused',
      status: 'ended',
      allowed: [],
    });
  });

  test('is remembered among the latest fifty', () => {
    const [, ...others] = Array.from({ length: 51 }, (_, index) => ({ ...change, why: `Change ${index}` }));
    const changes = [{ ...change, why: 'Change 0' }, ...others].slice(0, 50);
    const amended = amend({ ...recordIn('active'), version: 50, changes }, { name: 'Acme Ltd' }, later);
    expect(amended.outcome === 'changed' && amended.record).toEqual({
      name: 'Acme Ltd',
      status: 'active',
      version: 51,
      changes: [...changes.slice(1), later],
      editors: [change.by, later.by],
    });
  });
});

describe('OAU-1 the editors since the last activation', () => {
  const by = (who: string, to?: LifecycleStatus) => ({ ...change, by: who, ...(to !== undefined && { to }) });
  const recordWith = (...changes: readonly (typeof change & { readonly to?: LifecycleStatus })[]) => ({
    ...recordIn('suspended'),
    changes,
  });

  test('of a record without a list are read from its changes', () => {
    expect(editorsOf(recordWith(by('ada', 'draft'), by('mary'), by('ada')))).toEqual(['ada', 'mary']);
    expect(
      editorsOf(recordWith(by('ada', 'draft'), by('grace', 'active'), by('mary'), by('victor', 'suspended'))),
    ).toEqual(['mary']);
    expect(editorsOf(recordWith(by('onboarding-1', 'active')))).toEqual([]);
  });

  test('are all kept, however many changes are made after theirs', () => {
    let record: ReturnType<typeof recordIn> & { readonly editors?: readonly string[] } =
      recordIn('suspended');
    for (const who of ['ada', ...Array.from({ length: 60 }, () => 'mary')]) {
      const amended = amend<typeof record>(record, record, by(who));
      if (amended.outcome === 'changed') record = amended.record;
    }
    expect(record.changes.some((each) => each.by === 'ada')).toBe(false);
    expect(editorsOf(record)).toEqual(['ada', 'mary']);
    const activated = transition(record, 'active', by('grace'));
    expect(activated.outcome === 'changed' && editorsOf(activated.record)).toEqual([]);
  });

  test('include who changed the record while an older release kept no list', () => {
    expect(editorsOf({ ...recordWith(by('mary')), editors: ['ada'] })).toEqual(['ada', 'mary']);
  });
});

describe('JWT-1 what is proposed', () => {
  const proposing = { ...recordIn('active'), proposed: { keys: [] } };

  test('is approved by one more activation of an active record, which is recorded', () => {
    expect(allowedTransitions(proposing)).toEqual(['active', 'suspended', 'ended']);
    expect(transition(proposing, 'active', later)).toEqual({
      outcome: 'changed',
      record: {
        ...proposing,
        version: 8,
        changes: [...proposing.changes, { ...later, to: 'active', proposal: 'approved' }],
        editors: [],
      },
    });
  });

  test('waits while the record is suspended', () => {
    expect(transition(proposing, 'suspended', later)).toMatchObject({
      record: { status: 'suspended', proposed: { keys: [] } },
    });
    expect(allowedTransitions({ ...proposing, status: 'suspended' })).toEqual(['active', 'ended']);
  });

  test('can be left out of a record', () => {
    expect(withoutProposal(proposing)).toEqual(recordIn('active'));
  });
});
