import type { CapacityRecords, Count, CountedResource } from '../../core/capacity/capacity.ts';
import { partitionKey } from './partitions.ts';
import type { Key, Table } from './table.ts';

const keyOf = (counted: CountedResource): Key => ({ pk: partitionKey('CAPACITY', counted), sk: 'CAPACITY' });

interface Item {
  readonly taken: number;
  readonly version: number;
  /** Milliseconds since 1970. */
  readonly countedAt?: number;
}

/** Creates the records that count each limited resource of the account, one item per resource. */
export function createCapacityRecords(table: Table): CapacityRecords {
  return {
    take: async (counted, limit) =>
      (await table.update<Item>(keyOf(counted), {
        update: 'ADD #taken :one, #version :one',
        condition: 'attribute_not_exists(#taken) OR #taken < :limit',
        values: { one: 1, limit },
      })) !== undefined,
    giveBack: async (counted) => {
      await table.update(keyOf(counted), {
        update: 'ADD #taken :less, #version :one',
        condition: '#taken > :none',
        values: { less: -1, one: 1, none: 0 },
      });
    },
    find: async (counted): Promise<Count | undefined> => {
      const item = await table.get<Item>(keyOf(counted));
      return (
        item && {
          taken: item.taken,
          version: item.version,
          ...(item.countedAt !== undefined && { countedAt: new Date(item.countedAt) }),
        }
      );
    },
    correct: async (counted, known, taken, countedAt) => {
      await table.update(keyOf(counted), {
        update: 'SET #taken = :taken, #countedAt = :countedAt ADD #version :one',
        condition: known === undefined ? 'attribute_not_exists(#version)' : '#version = :version',
        values: {
          taken,
          countedAt: countedAt.getTime(),
          one: 1,
          ...(known !== undefined && { version: known.version }),
        },
      });
    },
  };
}
