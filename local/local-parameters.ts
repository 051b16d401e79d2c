import type { Doors } from './doors.ts';

/** The parameters of the template whose values are this machine's. */
export function localParameters(urls: Doors['urls']): Record<string, string> {
  return {
    PublicUrl: urls.gateway,
    CognitoTokenUrl: `${urls.aws}/oauth2/token`,
    OktaUrl: urls.okta,
    ServicenowUrl: urls.servicenow,
    PartnerAddresses: 'loopback',
  };
}
