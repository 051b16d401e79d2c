import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';

/**
 * Holds a cell to the tests that it names: each file is there, and has the words that stand after it.
 * @param subject the words where the cell gives none
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
