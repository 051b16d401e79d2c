import { defineConfig } from 'vitest/config';
import { faultSuites } from './tests/faults.config.ts';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    exclude: ['tests/crash/**', 'tests/bootstrap/**', 'tests/workflows/fault-matrix/**', ...faultSuites],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Most tests wait for twins; two at a time keep both cores busy.
    maxWorkers: 2,
  },
});
