import { defineConfig } from 'vitest/config';
import { useCompileCache } from '../compile-cache.ts';

useCompileCache();

/** `npm run test:crash`: minutes of kills, apart from `npm test`. */
export default defineConfig({
  test: { include: ['tests/crash/**/*.test.ts'], testTimeout: 1_200_000, hookTimeout: 30_000 },
});
