import { globSync, readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from 'vitest';

test('every file of cases from public reports is read by a test', () => {
  const cases = readdirSync('tests/support/cases').map((file) => basename(file, '.json'));
  const tests = globSync('tests/**/*.test.ts')
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
  expect(cases).toHaveLength(16);
  expect(
    cases.filter((name) => !new RegExp(`'(?:tests/support/cases/)?${name}(?:\\.json)?'`, 'u').test(tests)),
  ).toEqual([]);
});
