import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { metadataFaults } from '../../adapters/federation/discovery.ts';
import { signInChecks } from '../../core/federation/refused.ts';
import { remedyOf } from '../../functions/sign-in/remedies.ts';
import { codesIn, rowsWithColumn } from './markdown-table.ts';

const rows = rowsWithColumn(readFileSync('docs/guides/sign-in-trouble.md', 'utf8'), 'check');

test('FED-3 the guide has every check of a sign-in, in their order, and no other', () => {
  expect(rows.flatMap((row) => codesIn(row('check')))).toEqual(signInChecks);
});

test('FED-3 it says what each means and how it is mended, and names whom the page names', () => {
  const names = { again: 'the person', company: 'the partner', us: 'us' };
  for (const row of rows) {
    expect(row('what it means')).toMatch(/^[A-Z`].*\.$/u);
    expect(row('how')).toMatch(/^[A-Z`].*\.$/u);
  }
  expect(rows.map((row) => row('who can mend it'))).toEqual(
    signInChecks.map((check) => names[remedyOf[check]]),
  );
});

test('FED-3 the guide for operators has every fault of what a provider publishes', () => {
  const faults = rowsWithColumn(readFileSync('docs/guides/federation.md', 'utf8'), 'what is wrong');
  expect(faults.flatMap((row) => codesIn(row('code')))).toEqual(['issuer_form', ...metadataFaults]);
});
