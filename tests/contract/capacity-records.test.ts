import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCapacityRecords } from '../../adapters/aws/capacity-records.ts';
import type { CapacityRecords } from '../../core/capacity/capacity.ts';
import { type AwsTwin, startAwsTwin } from '../support/aws-twin.ts';
import { fakeCapacityRecords } from '../support/fakes/capacity-records.ts';
import { tableAt } from '../support/table.ts';

let twin: AwsTwin;
beforeAll(async () => {
  twin = await startAwsTwin();
});
afterAll(() => twin.stop());

describe.each([
  ['in DynamoDB', () => createCapacityRecords(tableAt(twin.url))],
  ['in memory, as the unit tests use them', fakeCapacityRecords],
])('X-14 counts of what an account has only so many of, %s', (_where, open: () => CapacityRecords) => {
  test('are taken up to the limit, given back, and corrected by who knows their version', async () => {
    const records = open();
    const at = new Date('2026-11-20T10:00:00Z');
    expect(await records.find('api-keys')).toBeUndefined();
    await records.giveBack('api-keys');
    expect(await records.find('api-keys')).toBeUndefined();
    const taken = await Promise.all([1, 2, 3].map(() => records.take('api-keys', 2)));
    expect(taken.filter(Boolean)).toHaveLength(2);
    const known = await records.find('api-keys');
    expect(known).toEqual({ taken: 2, version: 2 });
    await records.giveBack('api-keys');
    await records.correct('api-keys', known, 7, at);
    expect(await records.find('api-keys')).toEqual({ taken: 1, version: 3 });
    await records.correct('api-keys', await records.find('api-keys'), 7, at);
    expect(await records.find('api-keys')).toEqual({ taken: 7, version: 4, countedAt: at });
    expect(await records.take('api-keys', 7)).toBe(false);
    await records.correct('app-clients', undefined, 5, at);
    expect(await records.find('app-clients')).toEqual({ taken: 5, version: 1, countedAt: at });
  });
});
