import { withPacing } from '../../core/onboarding/steps/with-pacing.ts';
import { gatewayMapping } from '../../core/onboarding/steps/gateway-mapping.ts';
import { stepLambda } from '../../middleware/step-lambda.ts';
import { dependencies } from './dependencies.ts';

const ports = dependencies(process.env);
export const handler = stepLambda(withPacing(gatewayMapping(ports), 'api-keys', ports), ports);
