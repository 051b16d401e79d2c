import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { tablesIn } from './markdown-table.ts';
import { expectTestsOf } from './quoted-tests.ts';

const tables = tablesIn(readFileSync('docs/threat-model.md', 'utf8'));
const columns = ['threat', 'kind', 'held by', 'tests', 'what remains'];

test('every flow has its threats, and each is said what holds it and what remains', () => {
  expect(tables.length).toBeGreaterThan(0);
  for (const table of tables) {
    expect(table.columns).toEqual(columns);
    for (const row of table.rows) {
      expect(row('kind'), row('threat')).toMatch(/^[STRIDE]$/u);
      for (const column of columns) expect(row(column), `${row('threat')}: ${column}`).not.toBe('');
    }
  }
});

describe('every threat is tested where it says', () => {
  test.each(
    tables.flatMap(({ headings, rows }) =>
      rows.map((row) => ({ what: `${headings.at(-1) ?? ''}: ${row('threat')}`, row })),
    ),
  )('$what', ({ row }) => {
    expectTestsOf(row('tests'));
    // Each test is named with its title, not only with its file.
    expect(row('tests').match(/` "/gu)?.length).toBe(row('tests').match(/`[^`]+`/gu)?.length);
  });
});
