import { defineConfig } from 'vitest/config';
import { useCompileCache } from '../../compile-cache.ts';

useCompileCache();

/**
 * `npm run test:matrix`. A file has one twin for all its cells. Cells mostly wait, so many run at the same
 * time.
 */
export default defineConfig({
  test: {
    include: ['tests/workflows/fault-matrix/**/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    maxConcurrency: 16,
  },
});
