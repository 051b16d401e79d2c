import {
  type CognitoIdentityProviderClient,
  CreateUserPoolClientCommand,
  DeleteUserPoolClientCommand,
  ListUserPoolClientsCommand,
  type ListUserPoolClientsCommandOutput,
} from '@aws-sdk/client-cognito-identity-provider';
import { setTimeout } from 'node:timers/promises';
import type { ClientRegistry } from '../../core/access/ports.ts';
import { awsCalls } from './errors.ts';

const cognito = awsCalls('cognito');

/** The largest page size that ListUserPoolClients allows. */
const pageSize = 60;

/** In milliseconds. Cognito allows 5 such reads a second for each user pool. */
const pauseBetweenPages = 200;

/** Returns a function that counts all app clients of a user pool, including those of others. */
export function createClientCount({
  client,
  userPoolId,
}: {
  readonly client: CognitoIdentityProviderClient;
  readonly userPoolId: string;
}): () => Promise<number> {
  return async () => {
    let count = 0;
    let page: string | undefined;
    do {
      if (page !== undefined) await setTimeout(pauseBetweenPages);
      const { UserPoolClients, NextToken }: ListUserPoolClientsCommandOutput = await cognito.read(
        'ListUserPoolClients',
        () =>
          client.send(
            new ListUserPoolClientsCommand({ UserPoolId: userPoolId, MaxResults: pageSize, NextToken: page }),
          ),
      );
      count += UserPoolClients?.length ?? 0;
      page = NextToken;
    } while (page !== undefined);
    return count;
  };
}

/**
 * Creates the port to the app clients of one Cognito user pool. Pass a client with `maxAttempts: 1`, because
 * creating is not idempotent.
 */
export function createClientRegistry({
  client,
  userPoolId,
}: {
  readonly client: CognitoIdentityProviderClient;
  readonly userPoolId: string;
}): ClientRegistry {
  return {
    create: ({ name, scopes }) =>
      cognito.effect('CreateUserPoolClient', async () => {
        const { UserPoolClient } = await client.send(
          new CreateUserPoolClientCommand({
            UserPoolId: userPoolId,
            ClientName: name,
            GenerateSecret: true,
            AllowedOAuthFlowsUserPoolClient: true,
            AllowedOAuthFlows: ['client_credentials'],
            AllowedOAuthScopes: [...scopes],
            AccessTokenValidity: 15,
            TokenValidityUnits: { AccessToken: 'minutes' },
            ExplicitAuthFlows: [],
            PreventUserExistenceErrors: 'ENABLED',
          }),
        );
        return UserPoolClient?.ClientId === undefined ? undefined : { clientId: UserPoolClient.ClientId };
      }),

    findByName: async (name) => {
      let page: string | undefined;
      do {
        const { clients, next } = await cognito.read('ListUserPoolClients', async () => {
          const { UserPoolClients, NextToken } = await client.send(
            new ListUserPoolClientsCommand({
              UserPoolId: userPoolId,
              MaxResults: pageSize,
              NextToken: page,
            }),
          );
          return UserPoolClients && { clients: UserPoolClients, next: NextToken };
        });
        const found = clients.find(({ ClientName }) => ClientName === name);
        if (found?.ClientId !== undefined) return { clientId: found.ClientId };
        page = next;
      } while (page !== undefined);
      return undefined;
    },

    delete: async (clientId) => {
      await cognito.effect('DeleteUserPoolClient', () =>
        client.send(
          new DeleteUserPoolClientCommand({
            UserPoolId: userPoolId,
            ClientId: clientId,
          }),
        ),
      );
    },
  };
}
