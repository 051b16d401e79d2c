import { Readable } from 'node:stream';
import type { Bounds, Collection, Store } from '../kernel/store.ts';

/** An item in DynamoDB's JSON, or a table's description. */
export type Stored = Readonly<Record<string, unknown>>;

export type Callback = (error?: Error | null, value?: Stored) => void;

/**
 * The items of a table or an index, by dynalite's keys. All methods are synchronous, so no locks are needed.
 */
interface Items {
  get(key: string, callback: Callback): void;
  put(key: string, value: Stored, callback: Callback): void;
  del(key: string, callback: Callback): void;
  createValueStream(bounds: Bounds): Readable;
  lock(key: string, locked: (release: (callback: Callback) => Callback) => void): void;
}

/** dynalite's storage, as far as the operations of the twin use it. */
export interface Storage {
  readonly options: { readonly maxItemSize: number };
  readonly tableDb: { createKeyStream(): Readable };
  getItemDb(table: string): Items;
  getIndexDb(kind: string, table: string, index: string): Items;
  getTable(name: string, ...rest: readonly [Callback] | readonly [checkStatus: boolean, Callback]): void;
}

/** dynalite sends `body` as the answer. */
class TableNotFound extends Error {
  readonly statusCode = 400;
  readonly body = {
    __type: 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException',
    message: 'Requested resource not found',
  };
}

/**
 * Opens dynalite's storage for the deployed tables.
 *
 * @param tables table descriptions by name; no other table exists
 */
export function openStorage(store: Store, tables: ReadonlyMap<string, Stored>): Storage {
  const opened = new Map<string, Items>();
  const open = (name: string): Items => {
    const items = opened.get(name) ?? itemsOf(store.collection<Stored>(`dynamodb-${name}`));
    opened.set(name, items);
    return items;
  };
  return {
    options: { maxItemSize: 409_600 },
    tableDb: { createKeyStream: () => Readable.from(tables.keys()) },
    getItemDb: (table) => open(table),
    getIndexDb: (_kind, table, index) => open(`${table}-${index}`),
    getTable: (name, ...rest) => {
      const callback = rest.length === 1 ? rest[0] : rest[1];
      const table = tables.get(name);
      if (table === undefined) callback(new TableNotFound());
      else callback(null, table);
    },
  };
}

const itemsOf = (items: Collection<Stored>): Items => ({
  get: (key, callback) => callback(null, items.get(key)),
  put: (key, value, callback) => {
    items.put(key, value);
    callback(null);
  },
  del: (key, callback) => {
    items.delete(key);
    callback(null);
  },
  createValueStream: (bounds) => Readable.from(items.within(bounds)),
  lock: (_key, locked) => locked((callback) => callback),
});
