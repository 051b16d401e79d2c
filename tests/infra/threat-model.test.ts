import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { tablesIn } from './markdown-table.ts';
import { filesLinkedIn, isAboveTest, testMarks } from './marked-tests.ts';

const tables = tablesIn(readFileSync('docs/threat-model.md', 'utf8'));
const columns = ['id', 'threat', 'kind', 'held by', 'tests', 'what remains'];
const threats = tables.flatMap(({ headings, rows }) =>
  rows.map((row) => ({ what: `${row('id')} ${headings.at(-1) ?? ''}: ${row('threat')}`, row })),
);
const marks = testMarks('Threat');

test('every flow has its threats, and each is said what holds it and what remains', () => {
  expect(tables.length).toBeGreaterThan(0);
  for (const table of tables) {
    expect(table.columns.toSorted()).toEqual(columns.toSorted());
    for (const row of table.rows) {
      expect(row('kind'), row('threat')).toMatch(/^[STRIDE]$/u);
      for (const column of columns) expect(row(column), `${row('threat')}: ${column}`).not.toBe('');
    }
  }
});

test('every threat has an id of its own, and tests name no other', () => {
  const ids = threats.map(({ row }) => row('id'));
  expect(ids.filter((id) => !/^T-[1-9]\d*$/u.test(id))).toEqual([]);
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  expect(marks.filter(({ id }) => !ids.includes(id))).toEqual([]);
});

test('an id stands above a test, or above a case of one', () => {
  expect(marks.filter((mark) => !isAboveTest(mark))).toEqual([]);
});

describe('every threat is tested in the files that its row links to, as often as it says, and in no other', () => {
  test.each(threats)('$what', ({ row }) => {
    const marked = marks.filter(({ id }) => id === row('id')).map(({ file }) => file);
    expect(marked).not.toEqual([]);
    expect(filesLinkedIn(row('tests')).toSorted()).toEqual(marked.toSorted());
  });
});
