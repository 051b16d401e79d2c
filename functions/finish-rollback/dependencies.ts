import { createLinks } from '../../adapters/aws/credential-records.ts';
import { createMacKey } from '../../adapters/aws/kms-mac.ts';
import { readEnvironment } from '../../adapters/environment.ts';
import { clientStep } from '../../core/access/client.ts';
import { undoableDelivery } from '../../core/credentials/credential-delivery.ts';
import { undoablePrerequisite } from '../../core/access/prerequisite.ts';
import { undoableMapping } from '../../core/access/gateway-mapping.ts';
import { profileStep } from '../../core/access/profile.ts';
import { callerOf } from '../../core/access/subject.ts';
import { withPacedUndo, withPacing } from '../../core/workflow/with-pacing.ts';
import { dependencies as cognitoClientDependencies } from '../cognito-client/dependencies.ts';
import { undoDependencies as gatewayMappingDependencies } from '../gateway-mapping/dependencies.ts';
import { dependencies as oktaProfileDependencies } from '../okta-profile/dependencies.ts';
import { dependencies as ticketReportDependencies } from '../ticket-report/dependencies.ts';

/**
 * Returns what undoing the steps and reporting to the ticket need. Mail, catalogue and waiting tasks are
 * needed only to apply steps.
 */
export function dependencies(env: NodeJS.ProcessEnv) {
  const { LINK_KEY_ID } = readEnvironment(env, ['LINK_KEY_ID']);
  const { table, ...reporting } = ticketReportDependencies(env);
  const mapping = gatewayMappingDependencies(env);
  const client = cognitoClientDependencies(env);
  const profile = oktaProfileDependencies(env);
  return {
    ...reporting,
    stalls: profile.stalls,
    clock: profile.clock,
    undoable: [
      undoableDelivery({
        steps: reporting.steps,
        links: createLinks(table),
        linkKey: createMacKey({ keyId: LINK_KEY_ID, env }),
      }),
      withPacedUndo(undoableMapping(mapping), 'api-keys', callerOf, mapping),
      withPacing(clientStep(client), 'client-changes', callerOf, client),
      withPacing(profileStep(profile), 'directory-users', callerOf, profile),
      undoablePrerequisite(reporting),
    ],
  };
}
