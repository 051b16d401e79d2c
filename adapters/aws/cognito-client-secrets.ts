import {
  AddUserPoolClientSecretCommand,
  type CognitoIdentityProviderClient,
  DeleteUserPoolClientSecretCommand,
  ListUserPoolClientSecretsCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import type { ClientSecrets } from '../../core/credentials/ports.ts';
import { awsCalls } from './errors.ts';

const cognito = awsCalls('cognito');

/**
 * Creates the port to the secrets of app clients in one Cognito user pool. Pass a client with
 * `maxAttempts: 1`, because adding is not idempotent.
 */
export function createClientSecrets({
  client,
  userPoolId,
}: {
  readonly client: CognitoIdentityProviderClient;
  readonly userPoolId: string;
}): ClientSecrets {
  const appClient = (clientId: string) => ({ UserPoolId: userPoolId, ClientId: clientId });
  return {
    list: (clientId) =>
      cognito.read('ListUserPoolClientSecrets', async () => {
        const { ClientSecrets } = await client.send(
          new ListUserPoolClientSecretsCommand(appClient(clientId)),
        );
        const secrets = ClientSecrets?.flatMap(
          ({ ClientSecretId: secretId, ClientSecretCreateDate: createdAt }) =>
            secretId === undefined || createdAt === undefined ? [] : [{ secretId, createdAt }],
        );
        return secrets?.length === ClientSecrets?.length ? secrets : undefined;
      }),

    add: (clientId) =>
      cognito.effect('AddUserPoolClientSecret', async () => {
        const { ClientSecretDescriptor } = await client.send(
          new AddUserPoolClientSecretCommand(appClient(clientId)),
        );
        const { ClientSecretId: secretId, ClientSecretValue: value } = ClientSecretDescriptor ?? {};
        return secretId === undefined || value === undefined ? undefined : { secretId, value };
      }),

    remove: async (clientId, secretId) => {
      await cognito.effect('DeleteUserPoolClientSecret', () =>
        client.send(
          new DeleteUserPoolClientSecretCommand({
            ...appClient(clientId),
            ClientSecretId: secretId,
          }),
        ),
      );
    },
  };
}
