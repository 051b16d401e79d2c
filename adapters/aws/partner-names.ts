import { createHash } from 'node:crypto';
import { normalizeCompanyName } from '../../core/partners/company-name.ts';
import type { PartnerNames } from '../../core/partners/partner-names.ts';
import { partitionKey } from './partitions.ts';
import type { Key, Table } from './table.ts';

interface ReservedName {
  readonly partnerId: string;
  /** The name as it was written when it was reserved. */
  readonly name: string;
}

/** The key contains a digest, because a name can be longer than a DynamoDB key. */
const keyOf = (name: string): Key => ({
  pk: partitionKey('PARTNER_NAME', createHash('sha256').update(normalizeCompanyName(name)).digest('hex')),
  sk: 'PARTNER_NAME',
});

/** Creates the store of reserved company names. Each is reserved by one conditional write. */
export function createPartnerNames(table: Pick<Table, 'get' | 'create'>): PartnerNames {
  const find = async (name: string): Promise<string | undefined> =>
    (await table.get<ReservedName>(keyOf(name)))?.partnerId;
  return {
    find,
    reserve: async (name, partnerId) => {
      const reserved: ReservedName = { partnerId, name };
      if (await table.create(keyOf(name), reserved)) return partnerId;
      // Either another partner was first, or this call's earlier attempt succeeded and its answer was lost.
      return (await find(name)) ?? partnerId;
    },
  };
}
