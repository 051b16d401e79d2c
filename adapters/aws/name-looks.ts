import { createHash } from 'node:crypto';
import type { Clock } from '../../core/clock.ts';
import { normalizeCompanyName } from '../../core/partners/company-name.ts';
import type { FoundName, NamedPartner, NameLooks } from '../../core/partners/look-alikes.ts';
import { partitionKey } from './partitions.ts';
import type { Key, Table } from './table.ts';

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
const partitionOf = (look: string): string => partitionKey('PARTNER_LOOK', digest(look));

/** Holds since when a name has this look, so that adding it again does not move it. */
const keyOf = (look: string, { name }: NamedPartner): Key => ({
  pk: partitionOf(look),
  sk: `NAME#${digest(normalizeCompanyName(name))}`,
});

/** Sorts by time: the names that were added first are read first. */
const addedKeyOf = (look: string, { name, addedAt }: FoundName): Key => ({
  pk: partitionOf(look),
  sk: `ADDED#${addedAt}#${digest(normalizeCompanyName(name))}`,
});

/** The most names of one look that are read. */
const maxNames = 2000;

/** Creates the store of what company names look like. The names of one look are in one partition. */
export function createNameLooks(
  table: Pick<Table, 'queryUpTo' | 'update' | 'delete'>,
  clock: Clock,
  limit: number = maxNames,
): NameLooks {
  return {
    find: async (look) => {
      const names = await table.queryUpTo<FoundName>(partitionOf(look), 'ADDED#', limit + 1);
      return { names: names.slice(0, limit), isComplete: names.length <= limit };
    },
    add: async (look, named) => {
      const kept = await table.update<FoundName>(keyOf(look, named), {
        update: 'SET #partnerId = :partnerId, #name = :name, #addedAt = if_not_exists(#addedAt, :addedAt)',
        values: { partnerId: named.partnerId, name: named.name, addedAt: clock.now().toISOString() },
      });
      if (kept === undefined) throw new Error('An update without a condition returns the item.');
      // If this fails, the name is found after it has been added again.
      await table.update(addedKeyOf(look, kept), {
        update: 'SET #partnerId = :partnerId, #name = :name, #addedAt = :addedAt',
        values: { partnerId: kept.partnerId, name: kept.name, addedAt: kept.addedAt },
      });
    },
    remove: async (look, named) => {
      const key = keyOf(look, named);
      const [kept] = await table.queryUpTo<FoundName>(key.pk, key.sk, 1);
      if (kept?.partnerId !== named.partnerId) return;
      for (const each of [addedKeyOf(look, kept), key]) {
        await table.delete(each, '#partnerId = :partnerId', { partnerId: named.partnerId });
      }
    },
  };
}
