import type { Clock } from '../../core/clock.ts';
import { type DisclosedKeys, digestsOf, type PublicKey } from '../../core/trust/disclosed-keys.ts';
import { partitionKey } from './partitions.ts';
import type { Key, Table } from './table.ts';

const keyOf = (digest: string): Key => ({
  pk: partitionKey('DISCLOSED', digest),
  sk: 'EVERYBODY',
});

const toldKeyOf = (thumbprint: string, clientId: string): Key => ({
  pk: partitionKey('DISCLOSED', thumbprint),
  sk: `TOLD#${clientId}`,
});

/** Creates the store of disclosed keys. An item is never changed or deleted. */
export function createDisclosedKeys(table: Pick<Table, 'get' | 'create'>, clock: Clock): DisclosedKeys {
  return {
    add: async (digests) => {
      for (const digest of digests) {
        await table.create(keyOf(digest), { disclosedAt: clock.now().toISOString() });
      }
    },
    among: async (digests) => {
      const found = await Promise.all(
        digests.map(async (digest) => {
          const item = await table.get<{ readonly disclosedAt?: string }>(keyOf(digest));
          return item === undefined ? [] : [[digest, item.disclosedAt ?? unknownTime] as const];
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
export async function isDisclosed(table: Pick<Table, 'get'>, key: PublicKey): Promise<boolean> {
  const items = await Promise.all(digestsOf(key).map((digest) => table.get(keyOf(digest))));
  return items.some((item) => item !== undefined);
}
