import * as z from 'zod';
import { relink } from '../../core/credentials/delivery.ts';
import { NotFound } from '../../core/errors.ts';
import { forAccessInForce } from '../../core/access/access-in-force.ts';
import { type AccessSubject, callerOf } from '../../core/access/subject.ts';
import { smokeTestLink } from '../../core/onboarding/smoke-test.ts';
import { deliveryStep } from '../../core/credentials/credential-delivery.ts';
import { withPacing } from '../../core/workflow/with-pacing.ts';
import { runStep } from '../../core/workflow/step.ts';
import { taskLambda } from '../../middleware/task-lambda.ts';
import { dependencies } from './dependencies.ts';

/**
 * The events of this function. Operators send `relink` with `npm run relink -- ONBOARDING`. The smoke test of
 * `npm run bootstrap` sends `smoke-test-link`, because it cannot read the mail that it has caused.
 */
const event = z.object({
  action: z.enum(['apply', 'undo', 'relink', 'smoke-test-link']),
  onboardingId: z.string().min(1),
});

const delivery = dependencies(process.env);
const unpaced = deliveryStep(delivery);
/** Only applying is paced, because undoing sends no mail. */
const step = {
  ...forAccessInForce(withPacing(unpaced, 'mails', callerOf, delivery), delivery),
  undo: (onboarding: AccessSubject) => unpaced.undo(onboarding),
};
export const handler = taskLambda('credential-delivery', event, async ({ action, onboardingId }) => {
  if (action === 'apply' || action === 'undo') {
    await runStep(step, delivery, { action, executionId: onboardingId });
    return null;
  }
  const onboarding = await delivery.executions.find(onboardingId);
  if (onboarding === undefined) {
    throw new NotFound({ service: 'sallyport', operation: 'Relink', detail: 'there is no such onboarding' });
  }
  if (action === 'smoke-test-link') return { link: await smokeTestLink(delivery, onboarding) };
  return { linkNumber: await relink(delivery, onboarding) };
});
