import { createLinks } from '../../adapters/aws/credential-records.ts';
import { cognitoClient } from '../../core/access/cognito-client.ts';
import { undoableCredentialDelivery } from '../../core/credentials/credential-delivery.ts';
import { undoablePrerequisite } from '../../core/access/prerequisite.ts';
import { gatewayMapping } from '../../core/access/gateway-mapping.ts';
import { oktaProfile } from '../../core/access/okta-profile.ts';
import { callerOf } from '../../core/access/subject.ts';
import { withPacing } from '../../core/workflow/with-pacing.ts';
import { dependencies as cognitoClientDependencies } from '../cognito-client/dependencies.ts';
import { dependencies as gatewayMappingDependencies } from '../gateway-mapping/dependencies.ts';
import { dependencies as oktaProfileDependencies } from '../okta-profile/dependencies.ts';
import { dependencies as ticketReportDependencies } from '../ticket-report/dependencies.ts';

/**
 * Returns what undoing the steps and reporting to the ticket need. Mail, catalogue and waiting tasks are
 * needed only to apply steps.
 */
export function dependencies(env: NodeJS.ProcessEnv) {
  const { table, ...reporting } = ticketReportDependencies(env);
  const mapping = gatewayMappingDependencies(env);
  const client = cognitoClientDependencies(env);
  const profile = oktaProfileDependencies(env);
  return {
    ...reporting,
    stalls: profile.stalls,
    clock: profile.clock,
    undoable: [
      undoableCredentialDelivery({
        steps: reporting.steps,
        links: createLinks(table),
        macKey: mapping.macKey,
      }),
      withPacing(gatewayMapping(mapping), 'api-keys', callerOf, mapping),
      withPacing(cognitoClient(client), 'cognito-clients', callerOf, client),
      withPacing(oktaProfile(profile), 'okta-users', callerOf, profile),
      undoablePrerequisite(reporting),
    ],
  };
}
