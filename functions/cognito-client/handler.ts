import { withPacing } from '../../core/onboarding/steps/with-pacing.ts';
import { cognitoClient } from '../../core/onboarding/steps/cognito-client.ts';
import { stepLambda } from '../../middleware/step-lambda.ts';
import { dependencies } from './dependencies.ts';

const ports = dependencies(process.env);
export const handler = stepLambda(withPacing(cognitoClient(ports), 'cognito-clients', ports), ports);
