import { paced } from '../../core/onboarding/steps/paced.ts';
import { cognitoClient } from '../../core/onboarding/steps/cognito-client.ts';
import { stepLambda } from '../../middleware/step-lambda.ts';
import { dependencies } from './dependencies.ts';

const ports = dependencies(process.env);
export const handler = stepLambda(paced(cognitoClient(ports), 'cognito-clients', ports), ports);
