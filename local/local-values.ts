import { grantTypes } from '../core/contracts/records.ts';
import { restApiId } from './aws/api-gateway/api-gateway.ts';
import { operatorClientId, operatorPoolId } from './aws/cognito/operator-pool.ts';
import { userPoolId } from './aws/cognito/user-pool.ts';
import { tableName } from './aws/dynamodb.ts';
import { macKeyAlias } from './aws/kms.ts';
import { signingKeyIds } from './aws/kms-signing-keys.ts';
import type { Doors } from './doors.ts';
import { type Identities, oktaLoginClientId, sallyportClientId } from './identities.ts';

/** What the deployment's parameters and resources are on this machine. */
export function localValues(urls: Doors['urls'], identities: Identities, webhookSecret: string): Record<string, string> {
  return {
    publicUrl: urls.gateway,
    cognitoTokenUrl: `${urls.aws}/oauth2/token`,
    tokenIssuer: `${urls.aws}/${userPoolId}`,
    operatorIssuer: `${urls.aws}/${operatorPoolId}`,
    servicenowUrl: urls.servicenow,
    servicenowClientId: sallyportClientId,
    servicenowClientSecret: identities.servicenowClientSecret,
    servicenowWebhookSecret: webhookSecret,
    oktaUrl: urls.okta,
    oktaClientId: sallyportClientId,
    oktaLoginClientId,
    oktaLoginKey: JSON.stringify(identities.oktaLoginKey),
    oktaPrivateKey: JSON.stringify(identities.oktaPrivateKey),
    grantsOn: grantTypes.join(' '),
    signingKeyIds: signingKeyIds.join(' '),
    partnerAddresses: 'loopback',
    Table: tableName,
    MacKeyAlias: macKeyAlias,
    UserPool: userPoolId,
    OperatorPoolClient: operatorClientId,
    ApiGatewayRestApi: restApiId,
  };
}
