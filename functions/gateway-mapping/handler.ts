import { forAccessInForce } from '../../core/access/access-in-force.ts';
import { callerOf } from '../../core/access/subject.ts';
import { withPacing } from '../../core/workflow/with-pacing.ts';
import { mappingStep } from '../../core/access/gateway-mapping.ts';
import { stepLambda } from '../../middleware/step-lambda.ts';
import { dependencies } from './dependencies.ts';

const ports = dependencies(process.env);
const step = withPacing(mappingStep(ports), 'api-keys', callerOf, ports);
export const handler = stepLambda(forAccessInForce(step, ports), ports);
