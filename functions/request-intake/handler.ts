import * as z from 'zod';
import { intakeRequest } from '../../core/onboarding/request-intake.ts';
import { taskLambda } from '../../middleware/task-lambda.ts';
import { dependencies } from './dependencies.ts';

const event = z.object({ onboardingId: z.string().min(1), ticketNumber: z.string().min(1) });

const intake = dependencies(process.env);
export const handler = taskLambda('request-intake', event, async (task) => {
  const { kind, awaitsPrerequisite } = await intakeRequest(intake, task);
  return { kind, ewacsAccountCreated: !awaitsPrerequisite };
});
