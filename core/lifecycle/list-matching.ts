import type { Managed } from './lifecycle.ts';
import type { ManagedRecords, Page, PageRequest } from './managed-records.ts';

/** How many pages of the store one request reads at most, so that its duration is bounded. */
const maxReads = 20;

/**
 * Lists those records that match. A page may hold fewer than the limit, or none, and still have a `next`,
 * because only a bounded number of records is read for it.
 */
export async function listMatching<Item extends Managed>(
  records: Pick<ManagedRecords<Item>, 'list'>,
  { limit, after }: PageRequest,
  matches: (item: Item) => boolean,
  partnerId?: string,
): Promise<Page<Item>> {
  const found: Item[] = [];
  let next = after;
  for (let reads = 0; reads < maxReads; reads += 1) {
    // Never more than are still wanted, so that the store's `next` is where the following page begins.
    const wanted = { limit: limit - found.length, ...(next !== undefined && { after: next }) };
    const page = await records.list(wanted, partnerId);
    found.push(...page.items.filter(matches));
    next = page.next;
    if (next === undefined || found.length === limit) break;
  }
  return { items: found, ...(next !== undefined && { next }) };
}
