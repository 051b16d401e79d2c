import { defineConfig } from 'vitest/config';
import { useCompileCache } from './tests/compile-cache.ts';
import { faultSuites } from './tests/faults.config.ts';
import { SlowestFiles } from './tests/slowest-files.ts';

useCompileCache();

/** Suites whose files share a worker: none of their tests changes what another file sees. */
const sharing = ['tests/unit/**/*.test.ts', 'tests/contract/**/*.test.ts', 'tests/hostile/**/*.test.ts'];

export default defineConfig({
  test: {
    // Far more than any test needs on a quiet machine: a busy one must not fail them.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Most tests wait for twins; two at a time keep both cores busy.
    maxWorkers: 2,
    reporters: ['default', new SlowestFiles()],
    projects: [
      { extends: true, test: { name: 'sharing', include: sharing, isolate: false } },
      {
        extends: true,
        test: {
          name: 'isolated',
          include: ['tests/{infra,journeys,workflows,browser}/**/*.test.ts'],
          exclude: ['tests/workflows/fault-matrix/**', ...faultSuites],
        },
      },
    ],
  },
});
