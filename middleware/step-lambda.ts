import type { Context } from 'aws-lambda';
import * as z from 'zod/mini';
import { runStep, type Step, type StepRecords } from '../core/onboarding/steps/step.ts';
import { taskLambda } from './task-lambda.ts';

const stepEvent = z.object({
  action: z.enum(['apply', 'undo']),
  onboardingId: z.string().check(z.minLength(1)),
  taskToken: z.optional(z.string()),
});

/** A Lambda that applies or undoes one step of the saga. It answers nothing: what it did is in the records. */
export function stepLambda<Dependencies extends StepRecords>(
  makeStep: (dependencies: Dependencies) => Step, dependencies: Dependencies,
): (event: unknown, context: Context) => Promise<null> {
  const step = makeStep(dependencies);
  return taskLambda(step.name, stepEvent, async (event) => {
    await runStep(step, dependencies, event);
    return null;
  });
}
