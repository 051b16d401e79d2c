import type { Clock } from '../../core/clock.ts';
import type { DisclosedKeys } from '../../core/trust/disclosed-keys.ts';
import { partitionKey } from './partitions.ts';
import type { Key, Table } from './table.ts';

const keyOf = (thumbprint: string): Key => ({
  pk: partitionKey('DISCLOSED', thumbprint),
  sk: 'EVERYBODY',
});

const toldKeyOf = (thumbprint: string, clientId: string): Key => ({
  pk: partitionKey('DISCLOSED', thumbprint),
  sk: `TOLD#${clientId}`,
});

/** Creates the store of disclosed keys. An item is never changed or deleted. */
export function createDisclosedKeys(table: Pick<Table, 'get' | 'create'>, clock: Clock): DisclosedKeys {
  return {
    add: async (thumbprints) => {
      for (const thumbprint of thumbprints) {
        await table.create(keyOf(thumbprint), { disclosedAt: clock.now().toISOString() });
      }
    },
    among: async (thumbprints) => {
      const found = await Promise.all(
        thumbprints.map(async (thumbprint) => {
          const item = await table.get<{ readonly disclosedAt?: string }>(keyOf(thumbprint));
          return item === undefined ? [] : [[thumbprint, item.disclosedAt ?? unknownTime] as const];
        }),
      );
      return new Map(found.flat());
    },
    isTold: async (thumbprint, clientId) => (await table.get(toldKeyOf(thumbprint, clientId))) !== undefined,
    setTold: async (thumbprint, clientId) => {
      await table.create(toldKeyOf(thumbprint, clientId), { toldAt: clock.now().toISOString() });
    },
  };
}

/** The time of a key that was added before times were recorded. */
const unknownTime = new Date(0).toISOString();

/** Tells whether a key was disclosed. */
export const isDisclosed = async (table: Pick<Table, 'get'>, thumbprint: string): Promise<boolean> =>
  (await table.get(keyOf(thumbprint))) !== undefined;
