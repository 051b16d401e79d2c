import { cognitoClient } from '../../core/onboarding/steps/cognito-client.ts';
import { credentialDelivery } from '../../core/onboarding/steps/credential-delivery.ts';
import { ewacsAccount } from '../../core/onboarding/steps/ewacs-account.ts';
import { gatewayMapping } from '../../core/onboarding/steps/gateway-mapping.ts';
import { oktaProfile } from '../../core/onboarding/steps/okta-profile.ts';
import { dependencies as cognitoClientDependencies } from '../cognito-client/dependencies.ts';
import { dependencies as credentialDeliveryDependencies } from '../credential-delivery/dependencies.ts';
import { dependencies as ewacsAccountDependencies } from '../ewacs-account/dependencies.ts';
import { dependencies as gatewayMappingDependencies } from '../gateway-mapping/dependencies.ts';
import { dependencies as oktaProfileDependencies } from '../okta-profile/dependencies.ts';
import { dependencies as ticketReportDependencies } from '../ticket-report/dependencies.ts';

/** Everything that the undoing steps need, and what tells the ticket. */
export function dependencies(env: NodeJS.ProcessEnv) {
  return {
    ...ticketReportDependencies(env),
    undoable: [
      credentialDelivery(credentialDeliveryDependencies(env)),
      gatewayMapping(gatewayMappingDependencies(env)),
      cognitoClient(cognitoClientDependencies(env)),
      oktaProfile(oktaProfileDependencies(env)),
      ewacsAccount(ewacsAccountDependencies(env)),
    ],
  };
}
