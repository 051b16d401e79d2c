import type { Context } from 'aws-lambda';
import * as z from 'zod/mini';
import { runStep, type Step, type StepRecords } from '../core/workflow/step.ts';
import { taskLambda } from './task-lambda.ts';

/** The onboarding's machine calls the id of an execution `onboardingId`, and so does every other one here. */
const stepEvent = z.object({
  action: z.enum(['apply', 'undo']),
  onboardingId: z.string().check(z.minLength(1)),
  taskToken: z.optional(z.string()),
});

/**
 * Creates a Lambda function that applies or undoes one step of a saga. It returns nothing; its effects are in
 * the records.
 */
export function stepLambda<Subject>(
  step: Step<Subject>,
  records: StepRecords<Subject>,
): (event: unknown, context: Context) => Promise<null> {
  return taskLambda(step.name, stepEvent, async ({ onboardingId, ...event }) => {
    await runStep(step, records, { ...event, executionId: onboardingId });
    return null;
  });
}
