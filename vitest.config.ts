import { defineConfig } from 'vitest/config';
import { faultSuites } from './tests/faults.config.ts';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    exclude: ['tests/crash/**', 'tests/bootstrap/**', 'tests/workflows/fault-matrix/**', ...faultSuites],
    // Far more than any needs on a quiet machine: a busy one must not fail them.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Most tests wait for twins; two at a time keep both cores busy.
    maxWorkers: 2,
  },
});
