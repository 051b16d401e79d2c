import * as z from 'zod/mini';
import { undoSmokeTest } from '../../core/onboarding/smoke-test.ts';
import { finishOnboardingRollback } from '../../core/onboarding/upkeep.ts';
import { taskLambda } from '../../middleware/task-lambda.ts';
import { dependencies } from './dependencies.ts';

/** The events of this function. `npm run bootstrap` sends `undo-smoke-test` to undo a finished smoke test. */
const event = z.object({
  onboardingId: z.string().check(z.minLength(1)),
  action: z.optional(z.literal('undo-smoke-test')),
});

const rollback = dependencies(process.env);
export const handler = taskLambda('finish-rollback', event, async ({ onboardingId, action }) => {
  await (action === 'undo-smoke-test' ? undoSmokeTest : finishOnboardingRollback)(rollback, onboardingId);
  return null;
});
