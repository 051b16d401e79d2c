import type { Listeners } from './listeners.ts';

/** The parameters of the template whose values are this machine's. */
export function localParameters(urls: Listeners['urls']): Record<string, string> {
  return {
    PublicUrl: urls.gateway,
    CognitoTokenUrl: `${urls.aws}/oauth2/token`,
    OktaUrl: urls.okta,
    ServicenowUrl: urls.servicenow,
    PartnerAddresses: 'loopback',
  };
}
