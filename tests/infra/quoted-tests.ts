import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';

/**
 * Checks the tests that a cell names: each file exists and contains the text that follows it.
 *
 * @param subject the text to look for if the cell gives none
 */
export function expectTestsOf(cell: string, subject?: string): void {
  const tests = [...cell.matchAll(/`([^`]+)`(?: "([^"]+)")?/g)].map(([, file = '', says = subject]) => ({
    file,
    says,
  }));
  expect(tests).not.toEqual([]);
  for (const { file, says } of tests) {
    expect(existsSync(file), file).toBe(true);
    const found = says !== undefined && readFileSync(file, 'utf8').replaceAll('\\', '').includes(says);
    expect({ file, says, found }).toEqual({ file, says, found: true });
  }
}
