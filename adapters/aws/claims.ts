import type { Claims } from '../../core/lifecycle/claims.ts';
import { partitionKey, type PartitionKind } from './partitions.ts';
import type { Key, Table } from './table.ts';

interface Claim {
  readonly ownerId: string;
}

const keyOf = (kind: PartitionKind, thing: string): Key => ({ pk: partitionKey(kind, thing), sk: kind });

/** Creates the claims of one kind of things. Each is an item, and a conditional write gives it to one owner. */
export const createClaims = (
  table: Pick<Table, 'get' | 'update' | 'delete'>,
  kind: PartitionKind,
): Claims => ({
  claim: async (thing, ownerId) =>
    (await table.update(keyOf(kind, thing), {
      update: 'SET #ownerId = :ownerId',
      condition: 'attribute_not_exists(pk) OR #ownerId = :ownerId',
      values: { ownerId },
    })) !== undefined,
  release: async (thing, ownerId) => {
    await table.delete(keyOf(kind, thing), '#ownerId = :ownerId', { ownerId });
  },
  ownerOf: createOwnerLookup(table, kind),
});

/** Creates the lookup of who has a thing. It reads the table every time. */
export const createOwnerLookup =
  (table: Pick<Table, 'get'>, kind: PartitionKind): Claims['ownerOf'] =>
  async (thing) =>
    (await table.get<Claim>(keyOf(kind, thing)))?.ownerId;
