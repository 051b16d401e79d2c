import { afterAll, beforeAll, describe, test } from 'vitest';
import { type OnboardingTwin, startOnboardingTwin } from '../support/onboarding-twin.ts';
import type { Cell } from './cells.ts';
import { runCell } from './run-cell.ts';

/**
 * A test for each cell; they share a twin, and each one's faults are meant for its own onboarding. By the usual scale
 * a client gives a call up after 5 or 10 seconds, as in life, and Lambda a function after 12.
 */
export function testCells(name: string, cells: readonly Cell[], timeScale = 2.5): void {
  describe(`X-1, X-2 ${name}, ${cells.length} cells`, () => {
    let twin: OnboardingTwin;
    beforeAll(async () => {
      twin = await startOnboardingTwin({ timeScale });
    });
    afterAll(() => twin.stop());
    // Not by test.each, which would cut the names short.
    for (const cell of cells) test.concurrent(cell.name, () => runCell(twin, cell));
  });
}
