import type { Doors } from './doors.ts';
import type { Identities } from './identities.ts';

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

/** The secrets that the template refers to, by id. */
export function localSecrets(identities: Identities, webhookSecret: string): Record<string, Record<string, string>> {
  return {
    'sallyport-dev': {
      servicenowWebhookSecret: webhookSecret,
      servicenowClientSecret: identities.servicenowClientSecret,
      oktaPrivateKey: JSON.stringify(identities.oktaPrivateKey),
      oktaLoginKey: JSON.stringify(identities.oktaLoginKey),
    },
  };
}
