import { isDeepStrictEqual } from 'node:util';
import type { Managed } from '../../core/lifecycle/lifecycle.ts';
import type { ManagedRecords } from '../../core/lifecycle/managed-records.ts';
import type { RecordList } from './partitions.ts';
import type { Key, Table } from './table.ts';

/** How one kind of managed record is stored in the table and in the index `gsi1`. */
export interface RecordKind<Item extends Managed> {
  readonly keyOf: (id: string) => Key;
  readonly idOf: (item: Item) => string;
  readonly partnerOf: (item: Item) => string;
  /** The value of `gsi1pk`, the same for all records of the kind. */
  readonly index: RecordList;
}

interface TableKeys extends Key {
  readonly gsi1pk: string;
  readonly gsi1sk: string;
}

const tableKeys: readonly string[] = ['pk', 'sk', 'gsi1pk', 'gsi1sk'];

/**
 * Creates the store of one kind of record. Records are listed by partner, then by id. A page's `next` is the
 * `gsi1sk` of its last record.
 */
export function createManagedRecords<Item extends Managed>(
  table: Table,
  kind: RecordKind<Item>,
): ManagedRecords<Item> {
  const withoutKeys = (stored: Item & TableKeys): Item =>
    Object.fromEntries(
      Object.entries(stored).filter(([name]) => !tableKeys.includes(name)),
    ) as unknown as Item;
  const partition = kind.keyOf('').pk;
  /**
   * Whoever may write any item can list it in this index. Only those in the records' own partitions are what
   * the roles let nobody else write.
   */
  const isOwnRecord = ({ pk }: TableKeys): boolean => pk.startsWith(partition);
  const find = async (id: string): Promise<(Item & TableKeys) | undefined> =>
    table.get<Item & TableKeys>(kind.keyOf(id));
  return {
    find: async (id) => {
      const stored = await find(id);
      return stored && withoutKeys(stored);
    },
    create: (item) => {
      const id = kind.idOf(item);
      return table.create(kind.keyOf(id), {
        ...item,
        gsi1pk: kind.index,
        gsi1sk: `${kind.partnerOf(item)}/${id}`,
      });
    },
    replace: async (item) => {
      const id = kind.idOf(item);
      const stored = await find(id);
      const priorVersion = item.version - 1;
      if (stored?.version !== priorVersion) return false;
      const before = new Map(Object.entries(withoutKeys(stored)));
      // The roles of some functions may write only the attributes that those functions change.
      const changed = Object.entries(item).filter(
        ([name, value]) => !isDeepStrictEqual(value, before.get(name)),
      );
      const removed = [...before.keys()].filter((name) => !Object.hasOwn(item, name));
      const assignments = changed.map(([name]) => `#${name} = :${name}`).join(', ');
      const removals = removed.map((name) => `#${name}`).join(', ');
      const replaced = await table.update(kind.keyOf(id), {
        update: removed.length === 0 ? `SET ${assignments}` : `SET ${assignments} REMOVE ${removals}`,
        condition: '#version = :priorVersion',
        values: { ...Object.fromEntries(changed), priorVersion },
      });
      return replaced !== undefined;
    },
    list: async ({ limit, after }, partnerId) => {
      const prefix = partnerId === undefined ? '' : `${partnerId}/`;
      // Keys are never empty and never begin with a space, so every key sorts above a space.
      const above = after ?? (prefix === '' ? ' ' : prefix);
      const stored = (await table.queryIndexAbove<Item & TableKeys>(kind.index, above, limit + 1)).filter(
        ({ gsi1sk }) => gsi1sk.startsWith(prefix),
      );
      const page = stored.slice(0, limit);
      const last = page.at(-1);
      return {
        items: page.filter(isOwnRecord).map(withoutKeys),
        ...(stored.length > limit && last !== undefined && { next: last.gsi1sk }),
      };
    },
  };
}
