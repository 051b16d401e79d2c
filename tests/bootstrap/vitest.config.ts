import { defineConfig } from 'vitest/config';

/** `npm run test:bootstrap`: whole deployments to moto, minutes each, apart from `npm test`. */
export default defineConfig({
  test: { include: ['tests/bootstrap/**/*.test.ts'], testTimeout: 600_000, hookTimeout: 120_000 },
});
