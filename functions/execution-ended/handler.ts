import * as z from 'zod';
import { reconcile } from '../../core/onboarding/reconcile.ts';
import { taskLambda } from '../../middleware/task-lambda.ts';
import { dependencies } from './dependencies.ts';

/**
 * Step Functions' status change event from EventBridge. An operator's request to reconcile has no `stopDate`
 * (milliseconds): https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
 */
const statusChange = z
  .object({ detail: z.object({ name: z.string().min(1), stopDate: z.number().optional() }) })
  .transform(({ detail: { name, stopDate } }) => ({
    onboardingId: name,
    ...(stopDate !== undefined && { endedAt: new Date(stopDate) }),
  }));

const reconciling = dependencies(process.env);
export const handler = taskLambda('execution-ended', statusChange, async ({ onboardingId, endedAt }) => {
  await reconcile(reconciling, onboardingId, endedAt);
  return null;
});
