import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { testMarks } from './marked-tests.ts';

const marks = testMarks('Failure');

/**
 * Checks the tests that a cell names: each file exists and contains what follows it. That is the id of a mark
 * above a test (`F-1`), or the code of an error in quotation marks. If nothing follows, it is the subject.
 *
 * @param subject the text to look for if the cell gives none
 */
export function expectTestsOf(cell: string, subject?: string): void {
  const tests = [...cell.matchAll(/`([^`]+)`(?: (F-\d+)| "([^" ]+)")?/gu)];
  expect(tests).not.toEqual([]);
  // Nothing may stand in the cell that is not looked at.
  expect(tests.map(([whole]) => whole).join(' ')).toBe(cell);
  for (const [, file = '', id, code = subject] of tests) {
    if (id === undefined) {
      const found = code !== undefined && readFileSync(file, 'utf8').includes(code);
      expect({ file, code, found }).toEqual({ file, code, found: true });
    } else {
      expect(marks.filter((mark) => mark.id === id).map((mark) => mark.file)).toEqual([file]);
    }
  }
}
