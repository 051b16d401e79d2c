import type { DisclosedKeys } from '../../core/trust/disclosed-keys.ts';
import { partitionKey } from './partitions.ts';
import type { Key, Table } from './table.ts';

const everybody = 'EVERYBODY';
const keyOf = (thumbprint: string, whom: string): Key => ({
  pk: partitionKey('DISCLOSED', thumbprint),
  sk: whom,
});
const partner = (partnerId: string): string => `PARTNER#${partnerId}`;

/** Creates the store of disclosed keys. An item is never changed or deleted. */
export function createDisclosedKeys(table: Pick<Table, 'get' | 'create'>): DisclosedKeys {
  return {
    add: async (keys, partnerId) => {
      for (const { thumbprint, isProven } of keys) {
        await table.create(keyOf(thumbprint, isProven ? everybody : partner(partnerId)), { partnerId });
      }
    },
    among: async (thumbprints, partnerId) => {
      const found = await Promise.all(
        thumbprints.map(async (thumbprint) => {
          const items = await Promise.all(
            [everybody, partner(partnerId)].map((whom) => table.get(keyOf(thumbprint, whom))),
          );
          return items.some((item) => item !== undefined) ? [thumbprint] : [];
        }),
      );
      return new Set(found.flat());
    },
  };
}

/** Tells whether a key is refused to everybody. */
export const isDisclosedToAll = async (table: Pick<Table, 'get'>, thumbprint: string): Promise<boolean> =>
  (await table.get(keyOf(thumbprint, everybody))) !== undefined;
