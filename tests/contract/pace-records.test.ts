import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createPaceRecords } from '../../adapters/aws/pace-records.ts';
import { quotaNames } from '../../core/pace/quotas.ts';
import type { PaceRecords } from '../../core/pace/records.ts';
import { type AwsTwin, startAwsTwin } from '../support/aws-twin.ts';
import { fakePaceRecords } from '../support/fakes/pace-records.ts';
import { tableAt } from '../support/table.ts';

const [quota] = quotaNames;
let twin: AwsTwin;
beforeAll(async () => {
  twin = await startAwsTwin();
});
afterAll(() => twin.stop());

/** A queue of its own for each test: by time, since all share one. */
let start = 1_000_000_000_000;
beforeEach(() => {
  start += 1_000_000;
});

describe.each([
  ['in DynamoDB', () => createPaceRecords(tableAt(twin.url))],
  ['in memory, as the unit tests use them', fakePaceRecords],
])('X-14 the records of a vendor’s pace %s', (_where, open: () => PaceRecords) => {
  let records: PaceRecords;
  beforeEach(() => {
    records = open();
  });
  const delay = async (): Promise<number> => (await records.find(quota))?.delayedBy ?? 0;

  test('give a free quota to one of several, and places in the queue to the others', async () => {
    const taken = await Promise.all([1, 2, 3].map(() => records.takeFree(quota, start, 200)));
    expect(taken.filter(Boolean)).toHaveLength(1);
    const joined = await Promise.all([1, 2, 3].map(() => records.join(quota, start, 200)));
    expect(joined.map((each) => each?.dueAt).toSorted()).toEqual([start + 200, start + 400, start + 600]);
    expect(await records.takeFree(quota, start + 799, 200)).toBe(false);
    expect(await records.takeFree(quota, start + 800, 200)).toBe(true);
  });

  test('give no place in a queue that nobody waits in', async () => {
    expect(await records.join(quota, start, 200)).toBeUndefined();
    await records.takeFree(quota, start, 200);
    expect(await records.join(quota, start + 200, 200)).toBeUndefined();
  });

  test('begin anew after a clock that was wrong', async () => {
    await records.takeFree(quota, start + 900_000, 200);
    expect(await records.join(quota, start, 200)).toBeUndefined();
    expect(await records.takeFree(quota, start, 200)).toBe(true);
    expect(await records.join(quota, start, 200)).toEqual({ dueAt: start + 200, delayedBy: 0 });
  });

  test('let one after the other of a kind overtake, for whom the queue makes way', async () => {
    await records.takeFree(quota, start, 200);
    await records.join(quota, start, 5000);
    const before = await delay();
    const lane = { kind: 'person', spacing: 800, latest: start + 1000 } as const;
    expect(await records.overtake(quota, start, 400, lane)).toBe(start);
    expect(await records.overtake(quota, start, 400, lane)).toBe(start + 800);
    expect(await records.overtake(quota, start, 400, lane)).toBeUndefined();
    expect(await records.overtake(quota, start, 200, { ...lane, kind: 'partner' })).toBe(start);
    expect((await delay()) - before).toBe(1000);
    expect(await records.find(quota)).toEqual({
      freeAt: start + 6200,
      delayedBy: 1000,
      movedBackAt: 0,
      movedBackBy: 0,
    });
  });

  test('let nobody overtake where nobody waits', async () => {
    const lane = { kind: 'refused', spacing: 200, latest: Infinity } as const;
    const before = await delay();
    expect(await records.overtake(quota, start, 200, lane)).toBeUndefined();
    expect(await delay()).toBe(before);
  });

  test('move every turn back once for several who saw the same', async () => {
    await records.takeFree(quota, start, 5000);
    const known = await records.find(quota);
    await Promise.all([1, 2, 3].map(() => records.moveBack(quota, known, start, 1000)));
    expect(await records.find(quota)).toEqual({
      freeAt: start + 6000,
      delayedBy: (known?.delayedBy ?? 0) + 1000,
      movedBackAt: start,
      movedBackBy: 1000,
    });
  });

  test('move back a queue that nobody waits in', async () => {
    const known = await records.find(quota);
    await records.moveBack(quota, known, start, 1000);
    expect(await records.find(quota)).toEqual({
      delayedBy: (known?.delayedBy ?? 0) + 1000,
      freeAt: start + 1000,
      movedBackAt: start,
      movedBackBy: 1000,
    });
    expect(await records.takeFree(quota, start + 999, 200)).toBe(false);
  });

  test('keep the turn of an onboarding until it is dropped', async () => {
    const id = `onboarding-${start}`;
    expect(await records.kept(quota, id)).toBeUndefined();
    await records.keep(quota, id, start);
    expect(await records.kept(quota, id)).toBe(start);
    expect(await records.kept('mails', id)).toBeUndefined();
    await records.drop(quota, id);
    expect(await records.kept(quota, id)).toBeUndefined();
  });

  test('know a partner that has asked for more than a few of late', async () => {
    const partner = `partner-${start}`;
    const asked = [];
    for (const at of [0, 1, 2, 3, 19_999, 20_000, 20_001]) {
      asked.push(await records.isOccasional(quota, partner, start + at, 20_000, 3));
    }
    expect(asked).toEqual([true, true, true, false, false, true, false]);
    expect(await records.isOccasional(quota, `${partner}-other`, start, 20_000, 3)).toBe(true);
  });
});

test('X-14 queues and turns keep their keys from version to version', async () => {
  const table = tableAt(twin.url);
  const records = createPaceRecords(table);
  await records.takeFree('directory-users', start, 200);
  await records.keep('client-changes', 'onb-1', start);
  expect(await table.get({ pk: 'PACE#okta-users', sk: 'QUEUE' })).toEqual({
    freeAt: start + 200,
    pk: 'PACE#okta-users',
    sk: 'QUEUE',
    askedAt: 1000019000000,
    delayedBy: 3000,
    movedBackAt: 1000007000000,
    movedBackBy: 1000,
  });
  expect(await table.get({ pk: 'ONBOARDING#onb-1', sk: 'TURN#cognito-clients' })).toEqual({
    position: start,
    pk: 'ONBOARDING#onb-1',
    sk: 'TURN#cognito-clients',
  });
});
