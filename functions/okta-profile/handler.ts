import { callerOf } from '../../core/access/subject.ts';
import { withPacing } from '../../core/workflow/with-pacing.ts';
import { oktaProfile } from '../../core/access/okta-profile.ts';
import { stepLambda } from '../../middleware/step-lambda.ts';
import { dependencies } from './dependencies.ts';

const ports = dependencies(process.env);
export const handler = stepLambda(withPacing(oktaProfile(ports), 'okta-users', callerOf, ports), ports);
