import { describe, expect, test } from 'vitest';
import { initialState } from '../../core/lifecycle/change.ts';
import type { LifecycleStatus } from '../../core/lifecycle/lifecycle.ts';
import type { Partner } from '../../core/partners/partner.ts';
import { changeContent, changeStatus } from '../../core/operators/change-record.ts';
import { propagateChange } from '../../core/operators/propagation.ts';
import { type OperatorRole, roleOf } from '../../core/operators/roles.ts';
import { Defect, Throttled } from '../../core/errors.ts';
import { fakePartners } from '../support/fakes/contract-records.ts';

const at = new Date('2026-11-20T10:00:00Z');
const mailboxOf = (subject: string): string => `${subject}@operators.example`;
const act = (subject: string, role: OperatorRole) => ({
  operator: { subject, mailbox: mailboxOf(subject), role },
  at,
  why: 'why',
});
const partnerOf = (status: LifecycleStatus, by = 'ada'): Partner => ({
  partnerId: 'acme',
  name: 'Acme',
  ...initialState(status, { at: at.toISOString(), by, why: 'new' }),
});
/** Who has changed the second version since it was last activated, apart from `ada`, who drafted it. */
const editorsIn = (from: LifecycleStatus, status: LifecycleStatus | undefined, subject: string) => {
  if (status === 'active') return [];
  return [
    ...new Set([
      ...(from === 'draft' ? ['ada'] : []),
      ...(status === undefined ? [mailboxOf(subject), subject] : []),
    ]),
  ];
};
/** The second version of a partner that was made by `ada` with the status `from`. */
const changedBy = (subject: string, from: LifecycleStatus, status?: LifecycleStatus): Partner => ({
  ...partnerOf(from),
  ...(status !== undefined && { status }),
  version: 2,
  changes: [
    ...partnerOf(from).changes,
    {
      at: at.toISOString(),
      by: mailboxOf(subject),
      subject,
      why: 'why',
      ...(status !== undefined && { to: status }),
    },
  ],
  editors: editorsIn(from, status, subject),
});

function recordsWith(partner: Partner) {
  const records = fakePartners();
  records.has(partner);
  return records;
}
const to = (
  status: LifecycleStatus,
  subject: string,
  role: OperatorRole,
  matchesVersion = (version: number): boolean => version === 1,
) => ({ id: 'acme', matchesVersion, namesOneVersion: true, to: status, act: act(subject, role) });

test('a role is the most that the groups say', () => {
  expect([['viewer'], ['operator', 'viewer'], ['everyone', 'approver'], ['admin'], []].map(roleOf)).toEqual([
    'viewer',
    'operator',
    'approver',
    undefined,
    undefined,
  ]);
});

describe('OAU-1 who may do what', () => {
  test.each<[from: LifecycleStatus, to: LifecycleStatus, least: OperatorRole]>([
    ['draft', 'active', 'approver'],
    ['draft', 'ended', 'approver'],
    ['active', 'suspended', 'operator'],
    ['active', 'ended', 'approver'],
    ['suspended', 'active', 'approver'],
    ['suspended', 'ended', 'approver'],
  ])('from %s to %s takes the role %s', async (from, status, least) => {
    const lesser: OperatorRole = least === 'approver' ? 'operator' : 'viewer';
    expect(await changeStatus(recordsWith(partnerOf(from)), to(status, 'grace', lesser))).toEqual({
      outcome: 'role_needed',
      role: least,
    });
    expect(await changeStatus(recordsWith(partnerOf(from)), to(status, 'grace', least))).toEqual({
      outcome: 'changed',
      record: changedBy('grace', from, status),
      affectsCalls: from === 'active' || status === 'active',
    });
  });

  test.each<[from: LifecycleStatus, least: OperatorRole]>([
    ['draft', 'operator'],
    ['suspended', 'operator'],
    ['active', 'approver'],
  ])('what is %s is edited by the role %s', async (from, least) => {
    const edit = (role: OperatorRole) =>
      changeContent(recordsWith(partnerOf(from)), {
        id: 'acme',
        matchesVersion: () => true,
        act: act('grace', role),
        content: (record) => ({ ...record, name: 'Acme Ltd' }),
      });
    expect(await edit(least === 'approver' ? 'operator' : 'viewer')).toEqual({
      outcome: 'role_needed',
      role: least,
    });
    expect(await edit(least)).toEqual({
      outcome: 'changed',
      record: { ...changedBy('grace', from), name: 'Acme Ltd' },
      affectsCalls: from === 'active',
    });
  });

  test('whoever made or edited it last does not put it in force, also after others have moved it', async () => {
    expect(await changeStatus(recordsWith(partnerOf('draft')), to('active', 'ada', 'approver'))).toEqual({
      outcome: 'own_change',
    });
    const records = recordsWith(partnerOf('active', 'an-onboarding'));
    const matchesVersion = () => true;
    await changeContent(records, {
      id: 'acme',
      matchesVersion: matchesVersion,
      act: act('ada', 'approver'),
      content: (record) => ({ ...record, name: 'Acme Ltd' }),
    });
    await changeStatus(records, to('suspended', 'mary', 'operator', matchesVersion));
    expect(await changeStatus(records, to('active', 'ada', 'approver', matchesVersion))).toEqual({
      outcome: 'own_change',
    });
    expect(await changeStatus(records, to('suspended', 'ada', 'approver', matchesVersion))).toEqual({
      outcome: 'refused',
      status: 'suspended',
      allowed: ['active', 'ended'],
    });
    expect(await changeStatus(records, to('active', 'mary', 'approver', matchesVersion))).toEqual({
      outcome: 'changed',
      record: {
        partnerId: 'acme',
        name: 'Acme Ltd',
        status: 'active',
        version: 4,
        changes: [
          { at: '2026-11-20T10:00:00.000Z', by: 'an-onboarding', why: 'new', to: 'active' },
          { at: '2026-11-20T10:00:00.000Z', by: mailboxOf('ada'), subject: 'ada', why: 'why' },
          {
            at: '2026-11-20T10:00:00.000Z',
            by: mailboxOf('mary'),
            subject: 'mary',
            why: 'why',
            to: 'suspended',
          },
          {
            at: '2026-11-20T10:00:00.000Z',
            by: mailboxOf('mary'),
            subject: 'mary',
            why: 'why',
            to: 'active',
          },
        ],
        editors: [],
      },
      affectsCalls: true,
    });
  });

  // Threat T-92
  test('nobody activates with another account of the same mailbox what they have changed', async () => {
    const matchesVersion = () => true;
    const records = recordsWith(partnerOf('suspended', 'an-onboarding'));
    await changeContent(records, {
      id: 'acme',
      matchesVersion,
      act: act('ada', 'operator'),
      content: (record) => ({ ...record, name: 'Acme Ltd' }),
    });
    const activate = (mailbox: string) => {
      const another = { subject: 'another-account', mailbox, role: 'approver' as const };
      return changeStatus(records, {
        ...to('active', '', 'approver', matchesVersion),
        act: { operator: another, at, why: 'why' },
      });
    };
    for (const mailbox of ['ada@operators.example', 'Ada+2@operators.example']) {
      expect(await activate(mailbox), mailbox).toEqual({ outcome: 'own_change' });
    }
    expect(await activate('mary@operators.example')).toMatchObject({ outcome: 'changed' });
  });

  // Threat T-92
  test('nobody activates what they have changed since the last activation, whoever changed it after them', async () => {
    const records = recordsWith(partnerOf('draft', 'grace'));
    const matchesVersion = () => true;
    const edit = (subject: string) =>
      changeContent(records, {
        id: 'acme',
        matchesVersion,
        act: act(subject, 'operator'),
        content: (record) => ({ ...record, name: `Acme of ${subject}` }),
      });
    await edit('ada');
    for (const editor of ['grace', 'ada']) {
      expect(await changeStatus(records, to('active', editor, 'approver', matchesVersion)), editor).toEqual({
        outcome: 'own_change',
      });
    }
    expect(await changeStatus(records, to('active', 'mary', 'approver', matchesVersion))).toMatchObject({
      outcome: 'changed',
    });
    await changeStatus(records, to('suspended', 'ada', 'operator', matchesVersion));
    // Grace has changed nothing since Mary activated it.
    expect(await changeStatus(records, to('active', 'grace', 'approver', matchesVersion))).toMatchObject({
      outcome: 'changed',
    });
  });

  // Threat T-92
  test('an activation names the version that was read; another change need not', async () => {
    const anyVersion = (status: LifecycleStatus, role: OperatorRole) => ({
      ...to(status, 'grace', role),
      namesOneVersion: false,
    });
    const records = recordsWith(partnerOf('draft'));
    expect(await changeStatus(records, anyVersion('active', 'approver'))).toEqual({
      outcome: 'version_needed',
    });
    expect(await changeStatus(records, anyVersion('active', 'operator'))).toEqual({
      outcome: 'role_needed',
      role: 'approver',
    });
    expect(
      await changeStatus(recordsWith(partnerOf('active')), anyVersion('suspended', 'operator')),
    ).toMatchObject({ outcome: 'changed' });
  });
});

describe('a change', () => {
  test('of what is not there, or is not as it was matchesVersion, is none', async () => {
    expect(await changeStatus(fakePartners(), to('suspended', 'ada', 'operator'))).toEqual({
      outcome: 'missing',
    });
    expect(
      await changeStatus(
        recordsWith(partnerOf('active')),
        to('suspended', 'ada', 'operator', (version) => version === 2),
      ),
    ).toEqual({ outcome: 'stale' });
  });

  test('that somebody else was quicker with is none, though it was matchesVersion as it was', async () => {
    const records = recordsWith(partnerOf('active'));
    const slow = {
      find: (id: string) => records.find(id),
      replace: async (item: Partner) => {
        records.has({ ...item, name: 'quicker' });
        return records.replace(item);
      },
    };
    expect(await changeStatus(slow, to('suspended', 'ada', 'operator'))).toEqual({ outcome: 'stale' });
    expect(records.all()).toEqual([
      {
        name: 'quicker',
        partnerId: 'acme',
        status: 'suspended',
        version: 2,
        changes: [
          { at: '2026-11-20T10:00:00.000Z', by: 'ada', why: 'new', to: 'active' },
          {
            at: '2026-11-20T10:00:00.000Z',
            by: mailboxOf('ada'),
            subject: 'ada',
            why: 'why',
            to: 'suspended',
          },
        ],
        editors: [],
      },
    ]);
  });
});

describe('X-8 the effect of a change', () => {
  const done = () => Promise.resolve();
  const fails = () =>
    Promise.reject(
      new Throttled({ service: 'apigateway', operation: 'FlushStageAuthorizersCache', detail: '429' }),
    );
  const delays = { memorySeconds: 10, cacheSeconds: 300 };
  const clock = { now: () => at };

  test.each([
    ['both flushes are on their way', done, done, { cacheFlushed: true, decidedWithinSeconds: 12 }],
    ['the cache cannot be flushed', fails, done, { cacheFlushed: false, decidedWithinSeconds: 310 }],
    ['it cannot be flushed again', done, fails, { cacheFlushed: true, decidedWithinSeconds: 310 }],
    ['it cannot be flushed at all', fails, fails, { cacheFlushed: false, decidedWithinSeconds: 310 }],
  ])('%s', async (_, flush, later, effect) => {
    expect(await propagateChange({ cache: { flush }, laterFlush: { at: later }, clock, delays })).toEqual(
      effect,
    );
  });

  test('is hurried once more when no instance of the authorizer remembers what was before', async () => {
    const moments: Date[] = [];
    await propagateChange({
      cache: { flush: done },
      laterFlush: {
        at: (moment) => {
          moments.push(moment);
          return done();
        },
      },
      clock,
      delays,
    });
    expect(moments).toEqual([new Date('2026-11-20T10:00:11Z')]);
  });

  test('is not guessed at where something of our own is broken', async () => {
    await expect(
      propagateChange({
        cache: { flush: () => Promise.reject(new TypeError('x')) },
        laterFlush: { at: done },
        clock,
        delays,
      }),
    ).rejects.toThrow(TypeError);
    await expect(
      propagateChange({
        cache: {
          flush: () => Promise.reject(new Defect({ service: 'sallyport', operation: 'x', detail: 'x' })),
        },
        laterFlush: { at: done },
        clock,
        delays,
      }),
    ).resolves.toEqual({ cacheFlushed: false, decidedWithinSeconds: 310 });
  });
});
