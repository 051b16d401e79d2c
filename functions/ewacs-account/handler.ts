import { ewacsAccount } from '../../core/onboarding/steps/ewacs-account.ts';
import { stepLambda } from '../../middleware/step-lambda.ts';
import { dependencies } from './dependencies.ts';

export const handler = stepLambda(ewacsAccount, dependencies(process.env));
