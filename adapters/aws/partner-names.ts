import { createHash } from 'node:crypto';
import { normalizeCompanyName } from '../../core/partners/company-name.ts';
import type { PartnerNames } from '../../core/partners/partner-names.ts';
import { partitionKey } from './partitions.ts';
import type { Key, Table } from './table.ts';

interface ReservedName {
  readonly partnerId: string;
  /** The version of the partner's record that the name was reserved for, if an operator has added it. */
  readonly version?: number;
  /** The name as it was written when it was reserved. */
  readonly name: string;
}

/** The key contains a digest, because a name can be longer than a DynamoDB key. */
const keyOf = (name: string): Key => ({
  pk: partitionKey('PARTNER_NAME', createHash('sha256').update(normalizeCompanyName(name)).digest('hex')),
  sk: 'PARTNER_NAME',
});

/** Creates the store of reserved company names. Each is reserved by one conditional write. */
export function createPartnerNames(table: Pick<Table, 'get' | 'update'>): PartnerNames {
  const find = async (name: string): Promise<string | undefined> =>
    (await table.get<ReservedName>(keyOf(name)))?.partnerId;
  /** Reserves the name if the condition holds, and returns the partner that it is reserved for then. */
  const reserveIf = async (
    condition: string,
    reserved: ReservedName,
    values: Readonly<Record<string, unknown>> = {},
  ): Promise<string> => {
    const assignments = Object.keys(reserved).map((name) => `#${name} = :${name}`);
    const stored = await table.update<ReservedName>(keyOf(reserved.name), {
      update: `SET ${assignments.join(', ')}`,
      condition,
      values: { ...reserved, ...values },
    });
    // If not, another partner was first, or this call's earlier attempt succeeded and its answer was lost.
    const partnerId = stored?.partnerId ?? (await find(reserved.name));
    // The name may have been released since.
    return partnerId ?? reserveIf(condition, reserved, values);
  };
  return {
    find,
    reserve: (name, partnerId) => reserveIf('attribute_not_exists(#partnerId)', { partnerId, name }),
    reserveForChange: (name, { partnerId, version }, insteadOf) => {
      const isFree = 'attribute_not_exists(#partnerId)';
      const isOwn = '#partnerId = :partnerId AND (attribute_not_exists(#version) OR #version < :version)';
      const condition = `${isFree} OR (${isOwn})`;
      return insteadOf === undefined
        ? reserveIf(condition, { partnerId, name, version })
        : reserveIf(`${condition} OR #partnerId = :insteadOf`, { partnerId, name, version }, { insteadOf });
    },
    release: async (name, { partnerId, version }) => {
      await table.update(keyOf(name), {
        // The item stays, without a partner.
        update: 'REMOVE #partnerId, #version',
        condition: '#partnerId = :partnerId AND (attribute_not_exists(#version) OR #version <= :version)',
        values: { partnerId, version },
      });
    },
  };
}
