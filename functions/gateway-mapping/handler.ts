import { callerOf } from '../../core/access/subject.ts';
import { withPacing } from '../../core/workflow/with-pacing.ts';
import { mappingStep } from '../../core/access/gateway-mapping.ts';
import { stepLambda } from '../../middleware/step-lambda.ts';
import { dependencies } from './dependencies.ts';

const ports = dependencies(process.env);
export const handler = stepLambda(withPacing(mappingStep(ports), 'api-keys', callerOf, ports), ports);
