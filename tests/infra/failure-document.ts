import { readFileSync } from 'node:fs';
import { codesIn, type Row, tablesIn } from './markdown-table.ts';

export const tables = tablesIn(readFileSync('docs/failures.md', 'utf8'));

/** Returns the rows of the only table under this heading that has this column. */
export function rowsUnder(heading: string, column: string): readonly Row[] {
  const [table, ...others] = tables.filter(
    ({ headings, columns }) => headings.at(-1) === heading && columns.includes(column),
  );
  if (table === undefined || others.length > 0) {
    throw new Error(`there must be one table with the column ${column} under ${heading}`);
  }
  return table.rows;
}

/** Returns the code in a cell, or the cell's text if it has no code. */
export const only = (cell: string): string => codesIn(cell)[0] ?? cell;

export const numberIn = (cell: string): number => Number.parseFloat(cell);
