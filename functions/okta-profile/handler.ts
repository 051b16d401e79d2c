import { paced } from '../../core/onboarding/steps/paced.ts';
import { oktaProfile } from '../../core/onboarding/steps/okta-profile.ts';
import { stepLambda } from '../../middleware/step-lambda.ts';
import { dependencies } from './dependencies.ts';

const ports = dependencies(process.env);
export const handler = stepLambda(paced(oktaProfile(ports), 'okta-users', ports), ports);
