import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { isWithoutEffect, knownTypes } from '../../local/deployment/known-types.ts';
import { codesIn, rowsWithColumn } from './markdown-table.ts';

/** Type → properties without effect. */
const rows = rowsWithColumn(readFileSync('docs/differences.md', 'utf8'), 'has no effect on the twin');

it('X-13 the page of differences says of every type what has no effect on the twin, and what follows', () => {
  const documented = Object.fromEntries(
    rows.map((row) => {
      const ignored = row('has no effect on the twin');
      return [codesIn(row('type')).join(), ignored === 'everything' ? 'everything' : codesIn(ignored)];
    }),
  );
  const known = Object.fromEntries(
    Object.entries(knownTypes).flatMap(([type, { ignores = [] }]): [string, unknown][] => {
      if (isWithoutEffect(type)) return [[type, 'everything']];
      return ignores.length > 0 ? [[type, ignores]] : [];
    }),
  );
  expect(documented).toEqual(known);
  expect(rows.filter((row) => row('what follows') === '')).toEqual([]);
});
