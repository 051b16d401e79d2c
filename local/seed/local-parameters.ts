import type { Listeners } from '../listeners.ts';
import { identityPool } from './names.ts';

/** Returns the template parameters whose values depend on this machine, or on what the twin has beside the stack. */
export function localParameters(urls: Listeners['urls']): Record<string, string> {
  return {
    PublicUrl: urls.gateway,
    CognitoTokenUrl: `${urls.aws}/oauth2/token`,
    OktaUrl: urls.okta,
    ServicenowUrl: urls.servicenow,
    PartnerAddresses: 'loopback',
    IdentityPoolId: identityPool.poolId,
    DeveloperProvider: identityPool.developerProvider,
  };
}
