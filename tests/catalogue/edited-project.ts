import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCatalogueSource } from '../../resources/catalogue-source.ts';
import { editedCatalogue } from './edited-catalogue.ts';

const root = join(import.meta.dirname, '../..');

/** What is linked or made anew. */
const notCopied = new Set(['.git', '.sallyport', '.serverless', 'build', 'catalogue.yml', 'node_modules']);

/** Runs `use` in a copy of this project whose operators have edited catalogue.yml. Nothing of it stays. */
export async function inEditedProject<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-edited-'));
  try {
    for (const name of readdirSync(root).filter((each) => !notCopied.has(each))) {
      cpSync(join(root, name), join(folder, name), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    const { catalogue } = readCatalogueSource(join(root, 'catalogue.yml'));
    // JSON is YAML, too.
    writeFileSync(
      join(folder, 'catalogue.yml'),
      `${JSON.stringify(editedCatalogue(catalogue), undefined, 2)}\n`,
    );
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The arguments by which Node runs Vitest in such a folder. */
export const vitestIn = (folder: string, files: readonly string[]): readonly string[] => [
  join(folder, 'node_modules/vitest/vitest.mjs'),
  'run',
  ...files,
];
