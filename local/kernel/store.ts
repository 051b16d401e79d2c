import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** A named set of JSON documents that survives the process. A write is complete when the call returns. */
export interface Collection<T> {
  get(id: string): T | undefined;
  put(id: string, value: T): void;
  delete(id: string): boolean;
  /** Returns all documents in the order of their first insertion. */
  all(): T[];
  /** Returns the documents within the bounds, in the order of their ids. */
  within(bounds: Bounds): T[];
}

/** A range of ids in text order. A missing bound does not limit the range. */
export interface Bounds {
  readonly gt?: string;
  readonly gte?: string;
  readonly lt?: string;
  readonly lte?: string;
  readonly reverse?: boolean;
  /** The maximum number of documents. A negative number means no limit. */
  readonly limit?: number;
}

/**
 * The storage of the stand-ins. It survives SIGKILL, because every finished write is held by the operating
 * system.
 */
export interface Store {
  collection<T>(name: string): Collection<T>;
  /** Runs `changes` as one transaction: if the process dies, none of its writes remains. */
  together<T>(changes: () => T): T;
  close(): void;
}

/** Sorts after every id. */
const lastText = '\u{10FFFF}';

/** Opens the store in a folder, and creates it if it does not exist. */
export function openStore(folder: string): Store {
  mkdirSync(folder, { recursive: true });
  const database = new DatabaseSync(join(folder, 'twin.sqlite'));
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;');
  database.exec(`CREATE TABLE IF NOT EXISTS documents (
    position INTEGER PRIMARY KEY, collection TEXT NOT NULL, id TEXT NOT NULL, json TEXT NOT NULL,
    UNIQUE (collection, id))`);
  const select = database.prepare('SELECT json FROM documents WHERE collection = ? AND id = ?');
  const selectAll = database.prepare('SELECT json FROM documents WHERE collection = ? ORDER BY position');
  const selectWithin = (order: 'ASC' | 'DESC') =>
    database.prepare(
      `SELECT json FROM documents WHERE collection = ? AND id BETWEEN ? AND ? AND id NOT IN (?, ?) ORDER BY id ${order} LIMIT ?`,
    );
  const [upwards, downwards] = [selectWithin('ASC'), selectWithin('DESC')];
  const upsert = database.prepare(`INSERT INTO documents (collection, id, json) VALUES (?, ?, ?)
    ON CONFLICT (collection, id) DO UPDATE SET json = excluded.json`);
  const [begin, commit, rollback] = [
    database.prepare('BEGIN'),
    database.prepare('COMMIT'),
    database.prepare('ROLLBACK'),
  ];
  const remove = database.prepare('DELETE FROM documents WHERE collection = ? AND id = ?');

  return {
    collection: <T>(name: string): Collection<T> => {
      const parse = (row: unknown): T => JSON.parse((row as { json: string }).json) as T;
      return {
        get: (id) => {
          const row = select.get(name, id);
          return row === undefined ? undefined : parse(row);
        },
        put: (id, value) => {
          upsert.run(name, id, JSON.stringify(value));
        },
        delete: (id) => remove.run(name, id).changes > 0,
        all: () => selectAll.all(name).map(parse),
        within: ({ gt, gte, lt, lte, reverse = false, limit = -1 }) =>
          (reverse ? downwards : upwards)
            .all(name, gt ?? gte ?? '', lt ?? lte ?? lastText, gt ?? '', lt ?? '', limit)
            .map(parse),
      };
    },
    together: (changes) => {
      begin.run();
      try {
        const result = changes();
        commit.run();
        return result;
      } catch (error) {
        rollback.run();
        throw error;
      }
    },
    close: () => database.close(),
  };
}
