import type { Managed } from '../../core/lifecycle/lifecycle.ts';
import type { ManagedRecords } from '../../core/lifecycle/managed-records.ts';
import type { Key, Table } from './table.ts';

/** How one kind of managed record lies in the table, and in the index under one name for all of them. */
export interface RecordKind<Item extends Managed> {
  readonly keyOf: (id: string) => Key;
  readonly idOf: (item: Item) => string;
  readonly partnerOf: (item: Item) => string;
  /** `gsi1pk` */
  readonly index: string;
}

interface TableKeys extends Key {
  readonly gsi1pk: string;
  readonly gsi1sk: string;
}

const tableKeys: readonly string[] = ['pk', 'sk', 'gsi1pk', 'gsi1sk'];

/** The records of a kind. They are listed by partner, then by id; a page's `next` is the place of its last record. */
export function createManagedRecords<Item extends Managed>(
  table: Table,
  kind: RecordKind<Item>,
): ManagedRecords<Item> {
  const withoutKeys = (stored: Item & TableKeys): Item =>
    Object.fromEntries(
      Object.entries(stored).filter(([name]) => !tableKeys.includes(name)),
    ) as unknown as Item;
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
      if (stored === undefined) return false;
      const left = Object.keys(withoutKeys(stored)).filter((name) => !Object.hasOwn(item, name));
      return (
        (await table.update(kind.keyOf(id), {
          update: `SET ${Object.keys(item)
            .map((name) => `#${name} = :${name}`)
            .join(', ')}${left.length === 0 ? '' : ` REMOVE ${left.map((name) => `#${name}`).join(', ')}`}`,
          condition: '#version = :priorVersion',
          values: { ...Object.fromEntries(Object.entries(item)), priorVersion: item.version - 1 },
        })) !== undefined
      );
    },
    list: async ({ limit, after }, partnerId) => {
      const prefix = partnerId === undefined ? '' : `${partnerId}/`;
      // No key is empty, or begins with a blank.
      const above = after ?? (prefix === '' ? ' ' : prefix);
      const stored = (await table.queryIndexAbove<Item & TableKeys>(kind.index, above, limit + 1)).filter(
        ({ gsi1sk }) => gsi1sk.startsWith(prefix),
      );
      const items = stored.slice(0, limit);
      const last = items.at(-1);
      return {
        items: items.map(withoutKeys),
        ...(stored.length > limit && last !== undefined && { next: last.gsi1sk }),
      };
    },
  };
}
