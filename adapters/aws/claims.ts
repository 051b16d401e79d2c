import type { Claim, Claims } from '../../core/lifecycle/claims.ts';
import { partitionKey, type PartitionKind } from './partitions.ts';
import type { Key, Table } from './table.ts';

const keyOf = (kind: PartitionKind, thing: string): Key => ({ pk: partitionKey(kind, thing), sk: kind });

/** Creates the claims of one kind of things. Each is an item, and a conditional write gives it to one owner. */
export const createClaims = (
  table: Pick<Table, 'get' | 'update' | 'delete'>,
  kind: PartitionKind,
): Claims => ({
  claim: async (thing, { ownerId, attempt, claimedAt }) =>
    (await table.update(keyOf(kind, thing), {
      update: 'SET #ownerId = :ownerId, #attempt = :attempt, #claimedAt = :claimedAt',
      condition: 'attribute_not_exists(pk) OR #ownerId = :ownerId',
      values: { ownerId, attempt, claimedAt },
    })) !== undefined,
  release: async (thing, ownerId, attempt) => {
    const condition = '#ownerId = :ownerId';
    await (attempt === undefined
      ? table.delete(keyOf(kind, thing), condition, { ownerId })
      : table.delete(keyOf(kind, thing), `${condition} AND #attempt = :attempt`, { ownerId, attempt }));
  },
  find: (thing) => table.get<Claim>(keyOf(kind, thing)),
});

/** Creates the lookup of who has a thing. It reads the table every time. */
export const createOwnerLookup =
  (table: Pick<Table, 'get'>, kind: PartitionKind) =>
  async (thing: string): Promise<string | undefined> =>
    (await table.get<Pick<Claim, 'ownerId'>>(keyOf(kind, thing)))?.ownerId;
