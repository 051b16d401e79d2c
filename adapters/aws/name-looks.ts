import { createHash } from 'node:crypto';
import type { Clock } from '../../core/clock.ts';
import { normalizeCompanyName } from '../../core/partners/company-name.ts';
import type { FoundName, NamedPartner, NameLooks } from '../../core/partners/look-alikes.ts';
import { partitionKey } from './partitions.ts';
import type { Key, Table } from './table.ts';

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
const partitionOf = (look: string): string => partitionKey('PARTNER_LOOK', digest(look));
const keyOf = (look: string, { name }: NamedPartner): Key => ({
  pk: partitionOf(look),
  sk: `NAME#${digest(normalizeCompanyName(name))}`,
});

const earliest = new Date(0).toISOString();

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
      const items = await table.queryUpTo<NamedPartner & Partial<FoundName>>(
        partitionOf(look),
        'NAME#',
        limit + 1,
      );
      return {
        // Items of earlier versions do not say since when they are there.
        names: items
          .slice(0, limit)
          .map(({ partnerId, name, addedAt = earliest }) => ({ partnerId, name, addedAt })),
        isComplete: items.length <= limit,
      };
    },
    add: async (look, named) => {
      await table.update(keyOf(look, named), {
        update: 'SET #partnerId = :partnerId, #name = :name, #addedAt = if_not_exists(#addedAt, :addedAt)',
        values: { ...named, addedAt: clock.now().toISOString() },
      });
    },
    remove: async (look, named) => {
      await table.delete(keyOf(look, named), '#partnerId = :partnerId', { partnerId: named.partnerId });
    },
  };
}
