import * as z from 'zod/mini';
import { finishRollback } from '../../core/onboarding/finish-rollback.ts';
import { taskLambda } from '../../middleware/task-lambda.ts';
import { dependencies } from './dependencies.ts';

const event = z.object({ onboardingId: z.string().check(z.minLength(1)) });

const rollback = dependencies(process.env);
export const handler = taskLambda('finish-rollback', event, async ({ onboardingId }) => {
  await finishRollback(rollback, onboardingId);
  return null;
});
