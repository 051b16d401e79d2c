import * as z from 'zod';
import { relink } from '../../core/credentials/delivery.ts';
import { NotFound } from '../../core/errors.ts';
import { credentialDelivery } from '../../core/onboarding/steps/credential-delivery.ts';
import { runStep } from '../../core/onboarding/steps/step.ts';
import { taskLambda } from '../../middleware/task-lambda.ts';
import { dependencies } from './dependencies.ts';

/** `relink` is the operators': `npm run relink -- ONBOARDING`. */
const event = z.object({ action: z.enum(['apply', 'undo', 'relink']), onboardingId: z.string().min(1) });

const delivery = dependencies(process.env);
const step = credentialDelivery(delivery);
export const handler = taskLambda('credential-delivery', event, async ({ action, onboardingId }) => {
  if (action !== 'relink') {
    await runStep(step, delivery, { action, onboardingId });
    return null;
  }
  const onboarding = await delivery.onboardings.find(onboardingId);
  if (onboarding === undefined) throw new NotFound({ service: 'sallyport', operation: 'Relink', detail: 'there is no such onboarding' });
  return { linkNumber: await relink(delivery, onboarding) };
});
