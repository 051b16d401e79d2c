import type { Listeners } from '../listeners.ts';

/** Returns the template parameters whose values depend on this machine. */
export function localParameters(urls: Listeners['urls']): Record<string, string> {
  return {
    PublicUrl: urls.gateway,
    CognitoTokenUrl: `${urls.aws}/oauth2/token`,
    OktaUrl: urls.okta,
    ServicenowUrl: urls.servicenow,
    PartnerAddresses: 'loopback',
  };
}
