import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Reports that another running twin uses this data folder. */
export class DataFolderInUse extends Error {
  override readonly name = 'DataFolderInUse';
}

/** Reports that the data folder is none, cannot be written, or has a damaged file. Names the remedy. */
export class DataFolderUnusable extends Error {
  override readonly name = 'DataFolderUnusable';

  constructor(folder: string, cause: unknown) {
    const message = cause instanceof Error ? cause.message : String(cause);
    super(
      isFileInTheWay(cause)
        ? `the data folder ${folder} cannot be used: it is a file, or below one; set SALLYPORT_DATA to the path of a folder`
        : `the data folder ${folder} cannot be used: ${message}; ` +
            'make it a folder that this user may write, delete it to start afresh, or set SALLYPORT_DATA to another one',
      { cause },
    );
  }
}

/** Tells whether a file is where a folder should be. Nobody should be told to delete it. */
const isFileInTheWay = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'EEXIST' || error.code === 'ENOTDIR');

/**
 * Creates the data folder if it does not exist.
 * @throws {DataFolderUnusable} if that is impossible, or this user may not write it
 */
export function makeDataFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    throw new DataFolderUnusable(folder, cause);
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
  makeDataFolder(folder);
  try {
    return new DatabaseSync(join(folder, 'lock.sqlite'));
  } catch (cause) {
    throw new DataFolderUnusable(folder, cause);
  }
}

/** Tells whether SQLite reports that another process holds the lock: SQLITE_BUSY. */
const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && error.errcode === 5;
