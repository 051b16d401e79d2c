import { paced } from '../../core/onboarding/steps/paced.ts';
import { gatewayMapping } from '../../core/onboarding/steps/gateway-mapping.ts';
import { stepLambda } from '../../middleware/step-lambda.ts';
import { dependencies } from './dependencies.ts';

const ports = dependencies(process.env);
export const handler = stepLambda(paced(gatewayMapping(ports), 'api-keys', ports), ports);
