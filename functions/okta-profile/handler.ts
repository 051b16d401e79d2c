import { forAccessInForce } from '../../core/access/access-in-force.ts';
import { callerOf } from '../../core/access/subject.ts';
import { withPacing } from '../../core/workflow/with-pacing.ts';
import { profileStep } from '../../core/access/profile.ts';
import { stepLambda } from '../../middleware/step-lambda.ts';
import { dependencies } from './dependencies.ts';

const ports = dependencies(process.env);
const step = withPacing(profileStep(ports), 'directory-users', callerOf, ports);
export const handler = stepLambda(forAccessInForce(step, ports), ports);
