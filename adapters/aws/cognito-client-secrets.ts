import {
  AddUserPoolClientSecretCommand,
  type CognitoIdentityProviderClient,
  DeleteUserPoolClientSecretCommand,
  ListUserPoolClientSecretsCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import type { ClientSecrets } from '../../core/credentials/ports.ts';
import { awsCalls } from './errors.ts';

const cognito = awsCalls('cognito');

/** The secrets of app clients in one Cognito user pool. Needs a client with one attempt: adding is not idempotent. */
export function createClientSecrets({
  client,
  userPoolId,
}: {
  readonly client: CognitoIdentityProviderClient;
  readonly userPoolId: string;
}): ClientSecrets {
  const of = (clientId: string) => ({ UserPoolId: userPoolId, ClientId: clientId });
  return {
    list: (clientId) =>
      cognito.read('ListUserPoolClientSecrets', async () => {
        const { ClientSecrets } = await client.send(new ListUserPoolClientSecretsCommand(of(clientId)));
        const secrets = ClientSecrets?.flatMap(
          ({ ClientSecretId: secretId, ClientSecretCreateDate: createdAt }) =>
            secretId === undefined || createdAt === undefined ? [] : [{ secretId, createdAt }],
        );
        return secrets?.length === ClientSecrets?.length ? secrets : undefined;
      }),

    add: (clientId) =>
      cognito.effect('AddUserPoolClientSecret', async () => {
        const { ClientSecretDescriptor } = await client.send(
          new AddUserPoolClientSecretCommand(of(clientId)),
        );
        const { ClientSecretId: secretId, ClientSecretValue: value } = ClientSecretDescriptor ?? {};
        return secretId === undefined || value === undefined ? undefined : { secretId, value };
      }),

    remove: async (clientId, secretId) => {
      await cognito.effect('DeleteUserPoolClientSecret', () =>
        client.send(
          new DeleteUserPoolClientSecretCommand({
            ...of(clientId),
            ClientSecretId: secretId,
          }),
        ),
      );
    },
  };
}
