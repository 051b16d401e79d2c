import { grantTypes } from '../core/contracts/records.ts';
import { restApiId } from './aws/api-gateway/api-gateway.ts';
import { operatorClientId, operatorPoolId } from './aws/cognito/operator-pool.ts';
import { userPoolId } from './aws/cognito/user-pool.ts';
import { tableName } from './aws/dynamodb.ts';
import { macKeyAlias } from './aws/kms.ts';
import { oktaSigningKeyIds, signingKeyIds } from './aws/kms-signing-keys.ts';
import type { Doors } from './doors.ts';
import { oktaLoginClientId, oktaReaderClientId, sallyportClientId } from './identities.ts';

/** By what Okta assertions are signed. */
export type OktaSigning = 'secret' | 'kms';

/** The names of the deployment's secrets begin with it. */
export const secretPrefix = 'sallyport-dev';

/** What the deployment's parameters and resources are on this machine. */
export function localValues(urls: Doors['urls'], oktaSigning: OktaSigning): Record<string, string> {
  const signer = (app: keyof typeof oktaSigningKeyIds): string =>
    oktaSigning === 'kms' ? `kms:${oktaSigningKeyIds[app]}` : `secret:${secretPrefix}/okta-${app}`;
  return {
    publicUrl: urls.gateway,
    cognitoTokenUrl: `${urls.aws}/oauth2/token`,
    servicenowUrl: urls.servicenow,
    servicenowClientId: sallyportClientId,
    oktaUrl: urls.okta,
    oktaClientId: sallyportClientId,
    oktaReaderClientId,
    oktaLoginClientId,
    oktaSigning,
    oktaManagerSigner: signer('manager'),
    oktaReaderSigner: signer('reader'),
    oktaLoginSigner: signer('login'),
    grantsOn: grantTypes.join(' '),
    signingKeyIds: signingKeyIds.join(' '),
    partnerAddresses: 'loopback',
    Table: tableName,
    MacKeyAlias: macKeyAlias,
    UserPool: userPoolId,
    'UserPool.ProviderURL': `${urls.aws}/${userPoolId}`,
    OperatorPoolClient: operatorClientId,
    'OperatorPool.ProviderURL': `${urls.aws}/${operatorPoolId}`,
    ApiGatewayRestApi: restApiId,
  };
}
