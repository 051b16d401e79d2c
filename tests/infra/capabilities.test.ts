import { existsSync, globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { codesIn, rowsWithColumn } from './markdown-table.ts';

const rows = rowsWithColumn(readFileSync('docs/capabilities.md', 'utf8'), 'what it promises');
const capabilities = rows.map((row) => ({
  id: row('id'),
  promise: row('what it promises'),
  folders: codesIn(row('where it lives')),
  files: codesIn(row('what shows it')),
}));

/** The ids that the names of a file's tests begin with: `'WF-1, WF-3 the samples'`. */
function idsNamedIn(file: string): readonly string[] {
  const beginnings = readFileSync(file, 'utf8').matchAll(
    /['"`]((?:WF|FED|JWT|OAU|INV|X)-\d+(?:, (?:WF|FED|JWT|OAU|INV|X)-\d+)*)\b/gu,
  );
  return [...beginnings].flatMap(([, ids = '']) => ids.split(', '));
}

test('the table has exactly the capabilities that tests are named by', () => {
  const named = new Set(globSync('tests/**/*.ts').flatMap(idsNamedIn));
  expect(capabilities.map(({ id }) => id).toSorted()).toEqual([...named].toSorted());
});

describe('each capability says what it promises, where it lives and what shows it', () => {
  test.each(capabilities)('$id', ({ id, promise, folders, files }) => {
    expect(promise).toMatch(/^[A-Z].*\.$/u);
    expect(folders).not.toEqual([]);
    expect(folders.filter((folder) => !existsSync(folder))).toEqual([]);
    expect(files).not.toEqual([]);
    expect(files.filter((file) => !existsSync(file) || !idsNamedIn(file).includes(id))).toEqual([]);
  });
});
