import { oktaProfile } from '../../core/onboarding/steps/okta-profile.ts';
import { stepLambda } from '../../middleware/step-lambda.ts';
import { dependencies } from './dependencies.ts';

export const handler = stepLambda(oktaProfile, dependencies(process.env));
