import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createNameLooks } from '../../adapters/aws/name-looks.ts';
import { createPartnerNames } from '../../adapters/aws/partner-names.ts';
import type { Table } from '../../adapters/aws/table.ts';
import type { Clock } from '../../core/clock.ts';
import type { NameLooks } from '../../core/partners/look-alikes.ts';
import { identifyPartner, type PartnerNames } from '../../core/partners/partner-names.ts';
import { type AwsTwin, startAwsTwin } from '../support/aws-twin.ts';
import { fakeNameLooks } from '../support/fakes/name-looks.ts';
import { fakePartnerNames } from '../support/fakes/partner-names.ts';
import { tableAt } from '../support/table.ts';

let twin: AwsTwin;
let table: Table;
beforeAll(async () => {
  twin = await startAwsTwin();
  table = tableAt(twin.url);
});
afterAll(() => twin.stop());

const both = [
  ['in DynamoDB', () => createPartnerNames(table)],
  ['in the fake', fakePartnerNames],
] as const;

test.each(both)(
  "WF-4 a name that is reserved %s leads to its partner, and is nobody else's",
  async (_where, create) => {
    const names: PartnerNames = create();
    const name = `Acme ${randomUUID()}`;
    expect(await names.find(name)).toBeUndefined();
    expect(await names.reserve(name, 'partner-1')).toBe('partner-1');
    expect(await names.reserve(` ${name.toUpperCase()}\u200b`, 'partner-2')).toBe('partner-1');
    expect(await names.reserve(name, 'partner-1')).toBe('partner-1');
    expect([await names.find(name.toLowerCase()), await names.find(`${name} Ltd`)]).toEqual([
      'partner-1',
      undefined,
    ]);
  },
);

test.each(both)('WF-4 of many who ask %s at once, all get the one id', async (_where, create) => {
  const [names, name] = [create(), `Crowd ${randomUUID()}`];
  const ids = await Promise.all(
    Array.from({ length: 20 }, () => identifyPartner({ partnerNames: names, newId: randomUUID }, name)),
  );
  expect(new Set(ids)).toEqual(new Set([await names.find(name)]));
});

test.each(both)(
  'WF-4 a name in %s is reserved for a change, moved from one partner, and released by the partner that has it',
  async (_where, create) => {
    const names = create();
    const name = `Acme ${randomUUID()}`;
    expect(await names.reserveForChange(name, { partnerId: 'one', version: 2 })).toBe('one');
    expect(await names.reserveForChange(name.toUpperCase(), { partnerId: 'two', version: 9 })).toBe('one');
    expect(await names.reserve(name, 'two')).toBe('one');

    await names.release(name, { partnerId: 'two', version: 9 });
    expect(await names.find(name)).toBe('one');
    expect(await names.reserveForChange(name, { partnerId: 'two', version: 2 }, 'three')).toBe('one');
    expect(await names.reserveForChange(name, { partnerId: 'two', version: 2 }, 'one')).toBe('two');

    await names.release(name, { partnerId: 'two', version: 2 });
    expect(await names.find(name)).toBeUndefined();
    await names.release(name, { partnerId: 'two', version: 3 });
    expect(await names.reserve(name, 'four')).toBe('four');
    await names.release(name, { partnerId: 'four', version: 1 });
    expect(await names.reserve(name, 'five')).toBe('five');
  },
);

test.each(both)('WF-4 a name in %s outlives its release by an earlier change', async (_where, create) => {
  const names = create();
  const name = `Acme ${randomUUID()}`;
  await names.reserveForChange(name, { partnerId: 'one', version: 5 });
  // A slow attempt at an earlier change does not make it an earlier reservation.
  expect(await names.reserveForChange(name, { partnerId: 'one', version: 3 })).toBe('one');
  await names.release(name, { partnerId: 'one', version: 4 });
  expect(await names.find(name)).toBe('one');
  await names.release(name, { partnerId: 'one', version: 5 });
  expect(await names.find(name)).toBeUndefined();
});

/** Each call is a second after the one before. */
function ticking(): Clock {
  let seconds = 0;
  return { now: () => new Date(Date.UTC(2026, 10, 20, 10, 0, (seconds += 1))) };
}
const bothLooks = [
  ['in DynamoDB', (limit?: number) => createNameLooks(table, ticking(), limit)],
  ['in the fake', fakeNameLooks],
] as const;
/** Returns the names of a look, those that were added first before the others. */
async function inOrder(looks: NameLooks, look: string): Promise<readonly string[]> {
  const { names } = await looks.find(look);
  return names
    .toSorted((one, other) => Date.parse(one.addedAt) - Date.parse(other.addedAt))
    .map(({ partnerId, name }) => `${partnerId} ${name}`);
}

test.each(bothLooks)('WF-4 the names of a look %s are found by it, each once', async (_where, create) => {
  const looks = create();
  const [look, other] = [randomUUID(), randomUUID()];
  expect(await looks.find(look)).toEqual({ names: [], isComplete: true });
  await looks.add(look, { partnerId: 'one', name: 'Acme' });
  await looks.add(look, { partnerId: 'two', name: 'Асme' });
  await looks.add(look, { partnerId: 'one', name: 'ACME' });
  await looks.add(other, { partnerId: 'three', name: 'Other' });
  // What was added once more is as old as before.
  expect(await inOrder(looks, look)).toEqual(['one ACME', 'two Асme']);
});

// Threat T-124
test.each(bothLooks)(
  'WF-4 however many names are added %s, the first is found as the first, and it is said if not all are',
  async (_where, create) => {
    const looks = create(220);
    const look = randomUUID();
    const named = Array.from({ length: 221 }, (_, index) => `Acme ${index}`);
    for (const name of named.slice(0, 220)) await looks.add(look, { partnerId: 'one', name });
    expect(await inOrder(looks, look)).toEqual(named.slice(0, 220).map((name) => `one ${name}`));
    expect((await looks.find(look)).isComplete).toBe(true);
    await looks.add(look, { partnerId: 'one', name: named[220] ?? '' });
    expect((await looks.find(look)).isComplete).toBe(false);
    expect(await inOrder(looks, look)).toEqual(named.slice(0, 220).map((name) => `one ${name}`));
    // Once more is no later, and a name that is gone makes room.
    await looks.add(look, { partnerId: 'one', name: named[0] ?? '' });
    await looks.remove(look, { partnerId: 'one', name: named[1] ?? '' });
    expect(await inOrder(looks, look)).toEqual(
      named.filter((_, index) => index !== 1).map((name) => `one ${name}`),
    );
  },
);

test.each(bothLooks)(
  'WF-4 a name is removed %s from its look by the partner that it is of',
  async (_where, create) => {
    const looks = create();
    const look = randomUUID();
    await looks.remove(look, { partnerId: 'one', name: 'Acme' });
    await looks.add(look, { partnerId: 'one', name: 'Acme' });
    await looks.remove(look, { partnerId: 'two', name: 'Acme' });
    expect(await inOrder(looks, look)).toEqual(['one Acme']);
    await looks.remove(look, { partnerId: 'one', name: 'ACME' });
    expect(await inOrder(looks, look)).toEqual([]);
  },
);

test('WF-4 a look is found even if the first answer is lost', async () => {
  const looks = createNameLooks(table, ticking());
  const look = randomUUID();
  await looks.add(look, { partnerId: 'one', name: 'Acme' });
  twin.faults.add([{ service: 'dynamodb', operation: 'Query', mode: 'fail-after', times: 1 }]);
  expect(await inOrder(looks, look)).toEqual(['one Acme']);
});

test('WF-4 a reservation whose answer is lost is found again, and a long name fits', async () => {
  const names = createPartnerNames(table);
  const name = '\ufdfa'.repeat(100);
  twin.faults.add([{ service: 'dynamodb', operation: 'UpdateItem', mode: 'fail-after', times: 1 }]);
  expect(await names.reserve(name, 'partner-1')).toBe('partner-1');
  expect(await names.find(name)).toBe('partner-1');
});
