import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Reports that another running twin uses this data folder. */
export class DataFolderInUse extends Error {
  override readonly name = 'DataFolderInUse';
}

/** Reports that the data folder cannot be written, or that a file in it is damaged. Names the remedy. */
export class DataFolderUnusable extends Error {
  override readonly name = 'DataFolderUnusable';

  constructor(folder: string, cause: unknown) {
    super(
      `the data folder ${folder} cannot be used: ${cause instanceof Error ? cause.message : String(cause)}; ` +
        'make it a folder that this user may write, delete it to start afresh, or set SALLYPORT_DATA to another one',
      { cause },
    );
  }
}

/**
 * Locks the data folder for this process, and creates it if it does not exist. The lock is one of the
 * operating system, so it ends with the process in any case.
 *
 * @returns a function that releases the lock
 * @throws {DataFolderInUse} if another process holds the lock
 * @throws {DataFolderUnusable} if it cannot be written, or if its lock is damaged
 */
export function takeDataFolder(folder: string): () => void {
  if (existsSync(join(folder, 'dynamodb'))) {
    throw new Error(`the data folder ${folder} is of an earlier version; delete it to start afresh`);
  }
  const lock = openLock(folder);
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    lock.close();
    if (!isBusy(cause)) throw new DataFolderUnusable(folder, cause);
    throw new DataFolderInUse(
      `another twin is running on the data folder ${folder}; stop it, or set SALLYPORT_DATA to another folder`,
      { cause },
    );
  }
  return () => lock.close();
}

function openLock(folder: string): DatabaseSync {
  try {
    mkdirSync(folder, { recursive: true });
    return new DatabaseSync(join(folder, 'lock.sqlite'));
  } catch (cause) {
    throw new DataFolderUnusable(folder, cause);
  }
}

/** Tells whether SQLite reports that another process holds the lock: SQLITE_BUSY. */
const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && error.errcode === 5;
