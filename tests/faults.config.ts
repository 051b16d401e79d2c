import { defineConfig } from 'vitest/config';
import { useCompileCache } from './compile-cache.ts';

useCompileCache();

/** What takes long, since every place is tried: apart from `npm test`, which everybody runs all the time. */
export const faultSuites = [
  'tests/workflows/{transient-faults,hanging,stopped,time,waits,late-events}.test.ts',
  'tests/journeys/runbooks.test.ts',
];

/** `npm run test:faults` */
export default defineConfig({
  test: { include: faultSuites, testTimeout: 60_000, hookTimeout: 60_000, maxWorkers: 2 },
});
