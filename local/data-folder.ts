import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Another live twin keeps its state in this folder. */
export class DataFolderInUse extends Error {
  override readonly name = 'DataFolderInUse';
}

/**
 * Takes the folder, made if need be, for this process. The hold is a lock of the operating system, so it ends
 * with the process, however that ends. Returns what lets go of it.
 * @throws {DataFolderInUse}
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
