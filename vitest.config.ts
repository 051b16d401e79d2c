import { defineConfig } from 'vitest/config';
import { useCompileCache } from './tests/compile-cache.ts';
import { faultSuites } from './tests/faults.config.ts';
import { SlowestFiles } from './tests/slowest-files.ts';

useCompileCache();

export default defineConfig({
  test: {
    include: ['tests/{unit,contract,hostile,infra,journeys,workflows,browser}/**/*.test.ts'],
    exclude: ['tests/workflows/fault-matrix/**', ...faultSuites],
    // Files share their worker's modules. None changes what another one sees: twins run in processes of their own.
    isolate: false,
    // Far more than any test needs on a quiet machine: a busy one must not fail them.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Most tests wait for twins; three at a time keep two cores busy.
    maxWorkers: 3,
    // Tests make much that is soon forgotten: with more room for it, less time goes into collecting it.
    execArgv: ['--max-semi-space-size=32'],
    reporters: ['default', new SlowestFiles()],
  },
});
