import * as z from 'zod/mini';
import { milestones, reportMilestone } from '../../core/onboarding/ticket-report.ts';
import { taskLambda } from '../../middleware/task-lambda.ts';
import { dependencies } from './dependencies.ts';

const event = z.object({
  onboardingId: z.string().check(z.minLength(1)),
  milestone: z.enum(milestones),
  /** The error that started the rollback. */
  error: z.optional(z.string()),
});

const reporting = dependencies(process.env);
export const handler = taskLambda('ticket-report', event, async ({ onboardingId, milestone, error }) => {
  await reportMilestone(reporting, onboardingId, milestone, error);
  return null;
});
