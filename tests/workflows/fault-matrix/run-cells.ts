import { afterAll, beforeAll, describe, test } from 'vitest';
import { type OnboardingTwin, startOnboardingTwin } from '../support/onboarding-twin.ts';
import type { Cell } from './cells.ts';
import { runCell } from './run-cell.ts';

/**
 * Defines a test for each cell. The cells share a twin, but each one's faults affect only its own onboarding.
 * With the default time scale, a client gives up a call after 5 or 10 seconds, as in production. Lambda ends
 * a function after 12 seconds.
 */
export function testCells(name: string, cells: readonly Cell[], timeScale = 2.5): void {
  describe(`X-1, X-2 ${name}, ${cells.length} cells`, () => {
    let twin: OnboardingTwin;
    beforeAll(async () => {
      twin = await startOnboardingTwin({ timeScale });
    });
    afterAll(() => twin.stop());
    // test.each would shorten the names.
    for (const cell of cells) test.concurrent(cell.name, () => runCell(twin, cell));
  });
}
