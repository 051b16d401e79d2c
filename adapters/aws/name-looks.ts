import { createHash } from 'node:crypto';
import { normalizeCompanyName } from '../../core/partners/company-name.ts';
import type { NamedPartner, NameLooks } from '../../core/partners/look-alikes.ts';
import { partitionKey } from './partitions.ts';
import type { Table } from './table.ts';

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
const partitionOf = (look: string): string => partitionKey('PARTNER_LOOK', digest(look));

/** The most names of one look that are read. Each costs two more reads. */
const maxNames = 200;

/** Creates the store of what company names look like. The names of one look are in one partition. */
export function createNameLooks(table: Pick<Table, 'query' | 'update'>): NameLooks {
  return {
    find: async (look) =>
      (await table.query<NamedPartner>(partitionOf(look), 'NAME#'))
        .slice(0, maxNames)
        .map(({ partnerId, name }) => ({ partnerId, name })),
    add: async (look, named) => {
      await table.update(
        { pk: partitionOf(look), sk: `NAME#${digest(normalizeCompanyName(named.name))}` },
        { update: 'SET #partnerId = :partnerId, #name = :name', values: { ...named } },
      );
    },
  };
}
