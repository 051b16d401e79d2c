import { ewacsAccount } from '../../core/onboarding/steps/ewacs-account.ts';
import { stepLambda } from '../../middleware/step-lambda.ts';
import { dependencies } from './dependencies.ts';

const ports = dependencies(process.env);
export const handler = stepLambda(ewacsAccount(ports), ports);
