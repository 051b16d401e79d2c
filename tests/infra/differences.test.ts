import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { isWithoutEffect, knownTypes } from '../../local/deployment/known-types.ts';

/** The rows of the first table in docs/differences.md: type → properties without effect. */
const page = readFileSync('docs/differences.md', 'utf8');
const rows = [...page.matchAll(/^\| `(AWS::[^`]+)` \| ([^|]+) \| ([^|]+) \|$/gm)];

it('X-13 the page of differences says of every type what has no effect on the twin, and what follows', () => {
  const documented = Object.fromEntries(
    rows.map(([, type = '', ignored = '']) => [
      type,
      ignored.trim() === 'everything'
        ? 'everything'
        : [...ignored.matchAll(/`([^`]+)`/g)].map(([, name]) => name),
    ]),
  );
  const known = Object.fromEntries(
    Object.entries(knownTypes).flatMap(([type, { ignores = [] }]): [string, unknown][] => {
      if (isWithoutEffect(type)) return [[type, 'everything']];
      return ignores.length > 0 ? [[type, ignores]] : [];
    }),
  );
  expect(documented).toEqual(known);
  expect(rows.every(([, , , consequence = '']) => consequence.trim() !== '')).toBe(true);
});
