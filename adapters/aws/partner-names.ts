import { createHash } from 'node:crypto';
import { normalizeCompanyName } from '../../core/partners/company-name.ts';
import type { PartnerNames } from '../../core/partners/partner-names.ts';
import type { Key, Table } from './table.ts';

interface ReservedName {
  readonly partnerId: string;
  /** As it was written when it was reserved. */
  readonly name: string;
}

/** A digest, because a name can be longer than a key may be. */
const keyOf = (name: string): Key => ({
  pk: `PARTNER_NAME#${createHash('sha256').update(normalizeCompanyName(name)).digest('hex')}`,
  sk: 'PARTNER_NAME',
});

/** Names reserved by one conditional write each. */
export function createPartnerNames(table: Pick<Table, 'get' | 'create'>): PartnerNames {
  const find = async (name: string): Promise<string | undefined> =>
    (await table.get<ReservedName>(keyOf(name)))?.partnerId;
  return {
    find,
    reserve: async (name, partnerId) => {
      const reserved: ReservedName = { partnerId, name };
      if (await table.create(keyOf(name), reserved)) return partnerId;
      // Somebody else was quicker, or it was us, and the answer was lost.
      return (await find(name)) ?? partnerId;
    },
  };
}
