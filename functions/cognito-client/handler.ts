import { cognitoClient } from '../../core/onboarding/steps/cognito-client.ts';
import { stepLambda } from '../../middleware/step-lambda.ts';
import { dependencies } from './dependencies.ts';

export const handler = stepLambda(cognitoClient, dependencies(process.env));
