import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Reports that another running twin uses this data folder. */
export class DataFolderInUse extends Error {
  override readonly name = 'DataFolderInUse';
}

/**
 * Locks the data folder for this process, and creates it if it does not exist. The lock is one of the
 * operating system, so it ends with the process in any case.
 *
 * @returns a function that releases the lock
 * @throws {DataFolderInUse} if another process holds the lock
 */
export function takeDataFolder(folder: string): () => void {
  if (existsSync(join(folder, 'dynamodb'))) {
    throw new Error(`the data folder ${folder} is of an earlier version; delete it to start afresh`);
  }
  mkdirSync(folder, { recursive: true });
  const lock = new DatabaseSync(join(folder, 'lock.sqlite'));
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    lock.close();
    throw new DataFolderInUse(
      `another twin is running on the data folder ${folder}; stop it, or set SALLYPORT_DATA to another folder`,
      { cause },
    );
  }
  return () => lock.close();
}
