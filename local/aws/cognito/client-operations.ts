import * as z from 'zod';
import { operation } from '../operation.ts';
import { AwsError } from '../service.ts';
import { newSecret } from './secret-operations.ts';
import { type AppClient, randomName, type UserPool } from './user-pool.ts';

const pool = { UserPoolId: z.string().regex(/^[\w-]+_[0-9a-zA-Z]+$/) };
const client = z.object({ ...pool, ClientId: z.string().min(1).max(128) });

const creation = z.object({
  ...pool,
  ClientName: z.string().regex(/^[\w\s+=,.@-]{1,128}$/),
  GenerateSecret: z.boolean().default(false),
  AllowedOAuthFlows: z
    .array(z.enum(['code', 'implicit', 'client_credentials']))
    .max(3)
    .default([]),
  AllowedOAuthScopes: z.array(z.string().min(1).max(256)).max(50).default([]),
  AllowedOAuthFlowsUserPoolClient: z.boolean().default(false),
  AccessTokenValidity: z.int().min(1).max(86_400).optional(),
  TokenValidityUnits: z
    .object({ AccessToken: z.enum(['seconds', 'minutes', 'hours', 'days']).optional() })
    .optional(),
  ExplicitAuthFlows: z.array(z.string()).optional(),
  PreventUserExistenceErrors: z.enum(['LEGACY', 'ENABLED']).optional(),
});

const unitSeconds = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 };

export function clientOperations(userPool: UserPool) {
  return {
    CreateUserPoolClient: operation(creation, ({ UserPoolId, ClientName, GenerateSecret, ...settings }) => {
      userPool.check(UserPoolId);
      checkFlows(settings.AllowedOAuthFlows, GenerateSecret);
      checkScopes(userPool, settings.AllowedOAuthScopes);
      const accessTokenSeconds =
        (settings.AccessTokenValidity ?? 1) *
        unitSeconds[settings.TokenValidityUnits?.AccessToken ?? 'hours'];
      if (accessTokenSeconds < 300 || accessTokenSeconds > 86_400) {
        throw new AwsError(
          'InvalidParameterException',
          'Invalid range for token validity: an access token lives from 5 minutes to 1 day.',
        );
      }
      const clientId = randomName(26);
      const secret = GenerateSecret ? newSecret(clientId, userPool.clock.now().getTime()) : undefined;
      const created: AppClient = {
        clientId,
        settings,
        accessTokenSeconds,
        name: ClientName,
        createdAt: userPool.clock.now().toISOString(),
        // Flows and scopes have an effect only if OAuth is switched on for the client.
        flows: settings.AllowedOAuthFlowsUserPoolClient ? settings.AllowedOAuthFlows : [],
        scopes: settings.AllowedOAuthScopes,
        secrets: secret === undefined ? [] : [secret.stored],
      };
      userPool.clients.put(clientId, created);
      return {
        UserPoolClient: { ...described(userPool, created), ...(secret && { ClientSecret: secret.value }) },
      };
    }),

    DescribeUserPoolClient: operation(client, ({ UserPoolId, ClientId }) => ({
      UserPoolClient: described(userPool, userPool.client(UserPoolId, ClientId)),
    })),

    ListUserPoolClients: operation(
      z.object({ ...pool, MaxResults: z.int().min(1).max(60).default(60), NextToken: z.string().optional() }),
      ({ UserPoolId, MaxResults, NextToken }) => {
        userPool.check(UserPoolId);
        const all = userPool.clients.all();
        const start =
          NextToken === undefined ? 0 : all.findIndex(({ clientId }) => clientId === NextToken) + 1;
        const page = all.slice(start, start + MaxResults);
        const last = page.at(-1);
        return {
          UserPoolClients: page.map(({ clientId, name }) => ({
            ClientId: clientId,
            UserPoolId,
            ClientName: name,
          })),
          ...(last !== undefined && start + MaxResults < all.length && { NextToken: last.clientId }),
        };
      },
    ),

    DeleteUserPoolClient: operation(client, ({ UserPoolId, ClientId }) => {
      userPool.clients.delete(userPool.client(UserPoolId, ClientId).clientId);
    }),
  };
}

const described = ({ poolId }: UserPool, { clientId, name, createdAt, settings }: AppClient) => ({
  UserPoolId: poolId,
  ClientId: clientId,
  ClientName: name,
  CreationDate: new Date(createdAt),
  LastModifiedDate: new Date(createdAt),
  RefreshTokenValidity: 30,
  EnableTokenRevocation: true,
  ...settings,
});

function checkFlows(flows: readonly string[], hasSecret: boolean): void {
  if (!flows.includes('client_credentials')) return;
  if (flows.length > 1) {
    throw new AwsError(
      'InvalidOAuthFlowException',
      'client_credentials flow can not be selected along with code flow or implicit flow.',
    );
  }
  if (!hasSecret) {
    throw new AwsError(
      'InvalidOAuthFlowException',
      'client_credentials flow can not be selected if client does not have a client secret.',
    );
  }
}

function checkScopes({ resourceServers }: UserPool, scopes: readonly string[]): void {
  const known = new Set(
    resourceServers.flatMap(({ identifier, scopes: own }) => own.map(({ name }) => `${identifier}/${name}`)),
  );
  const unknown = scopes.filter((scope) => !known.has(scope));
  if (unknown.length > 0) {
    throw new AwsError('ScopeDoesNotExistException', `Invalid scope requested: ${unknown.join(', ')}`);
  }
}
