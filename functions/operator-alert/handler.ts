import * as z from 'zod/mini';
import { alertOperators } from '../../core/workflow/alert-operators.ts';
import { taskLambda } from '../../middleware/task-lambda.ts';
import { dependencies } from './dependencies.ts';

/** The events of this function. `failure` is the error output of a Catch in the state machine. */
const event = z.object({
  onboardingId: z.string().check(z.minLength(1)),
  failure: z.object({ Error: z.string(), Cause: z.optional(z.string()) }),
});

const alerting = dependencies();
export const handler = taskLambda(
  'operator-alert',
  event,
  async ({ onboardingId, failure: { Error: error, Cause: cause } }) => {
    await alertOperators(alerting, onboardingId, { error, cause });
    return null;
  },
);
