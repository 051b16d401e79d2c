import { gatewayMapping } from '../../core/onboarding/steps/gateway-mapping.ts';
import { stepLambda } from '../../middleware/step-lambda.ts';
import { dependencies } from './dependencies.ts';

export const handler = stepLambda(gatewayMapping, dependencies(process.env));
