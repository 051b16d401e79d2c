import fc from 'fast-check';

/** `HOSTILE_RUNS=50` runs every property here fifty times as often. */
const factor = Number(process.env['HOSTILE_RUNS'] ?? '1');

/** How often a property runs. What fails is made smaller, and told with its seed before the test's time is over. */
export const runs = (usual: number) => ({
  numRuns: usual * factor,
  plugins: [fc.interruptAfterTimeLimit(25_000 * factor)],
});

/** Milliseconds that a test may take. */
export const patience = 60_000 * factor;
