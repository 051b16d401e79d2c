import { expect, test } from 'vitest';
import { listMatching } from '../../core/lifecycle/list-matching.ts';
import type { Partner } from '../../core/partners/partner.ts';
import { fakePartners } from '../support/fakes/contract-records.ts';

const numbered = (count: number) => {
  const partners = fakePartners();
  for (let number = 0; number < count; number += 1) {
    const partnerId = String(number).padStart(5, '0');
    partners.has({ partnerId, name: `Partner ${number}`, status: 'active', version: 1, changes: [] });
  }
  return partners;
};
const isEven = ({ partnerId }: Partner): boolean => Number(partnerId) % 2 === 0;

test('OAU-1 what matches is listed once, on pages that follow one another', async () => {
  const partners = numbered(25);
  const found: string[] = [];
  let after: string | undefined;
  do {
    const page = await listMatching(partners, { limit: 4, ...(after !== undefined && { after }) }, isEven);
    expect(page.items.length).toBeLessThanOrEqual(4);
    found.push(...page.items.map(({ partnerId }) => partnerId));
    after = page.next;
  } while (after !== undefined);
  expect(found.map(Number)).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24]);
});

test('OAU-1 a page reads a bounded number of records, and says where to go on', async () => {
  const partners = numbered(120);
  const last = ({ partnerId }: Partner): boolean => partnerId === '00110';
  const first = await listMatching(partners, { limit: 5 }, last);
  expect(first.items).toEqual([]);
  const second = await listMatching(partners, { limit: 5, after: first.next ?? '' }, last);
  expect(second).toMatchObject({ items: [{ partnerId: '00110' }] });
  expect(second.next).toBeUndefined();
});
