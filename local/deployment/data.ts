import * as z from 'zod';
import type { TableDefinition } from '../aws/dynamodb.ts';
import type { KeyDefinition } from '../aws/kms.ts';
import type { OperatorPoolDefinition } from '../aws/cognito/operator-pool.ts';
import type { UserPoolDefinition } from '../aws/cognito/user-pool.ts';
import { DeploymentInvalid, type Stack, type StackResource } from '../cloudformation/stack.ts';
import { functionsInvocableBy, shortNameOf } from './functions.ts';
import { understood } from './understood.ts';

const keySchema = z.array(z.strictObject({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }));
const table = z.object({
  TableName: z.string(),
  BillingMode: z.literal('PAY_PER_REQUEST'),
  AttributeDefinitions: z.array(
    z.strictObject({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) }),
  ),
  KeySchema: keySchema,
  GlobalSecondaryIndexes: z
    .array(
      z.strictObject({
        IndexName: z.string(),
        KeySchema: keySchema,
        Projection: z.strictObject({
          ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
          NonKeyAttributes: z.array(z.string()).optional(),
        }),
      }),
    )
    .default([]),
});

export const deployedTables = (stack: Stack): TableDefinition[] =>
  stack.ofType('AWS::DynamoDB::Table').map((resource) => understood(resource, table));

const kmsKey = z.object({
  KeySpec: z.enum(['SYMMETRIC_DEFAULT', 'HMAC_256', 'RSA_2048']).default('SYMMETRIC_DEFAULT'),
  KeyUsage: z.enum(['ENCRYPT_DECRYPT', 'GENERATE_VERIFY_MAC', 'SIGN_VERIFY']).default('ENCRYPT_DECRYPT'),
});
const kmsAlias = z.object({ AliasName: z.string(), TargetKeyId: z.string() });

/** Returns the KMS keys with their aliases. */
export function deployedKeys(stack: Stack): KeyDefinition[] {
  const aliases = stack.ofType('AWS::KMS::Alias').map((resource) => understood(resource, kmsAlias));
  return stack.ofType('AWS::KMS::Key').map((resource) => ({
    keyId: resource.id,
    spec: understood(resource, kmsKey).KeySpec,
    usage: understood(resource, kmsKey).KeyUsage,
    aliases: aliases
      .filter(({ TargetKeyId }) => TargetKeyId === resource.id)
      .map(({ AliasName }) => AliasName),
  }));
}

const pool = z.object({ UserPoolName: z.string(), UserPoolTier: z.string().default('ESSENTIALS') });
/** Access tokens can be changed by events of version 2 on, from the tier Essentials on. */
const operatorPool = z.object({
  UserPoolTier: z.enum(['ESSENTIALS', 'PLUS']),
  LambdaConfig: z.strictObject({
    PreTokenGenerationConfig: z.strictObject({ LambdaVersion: z.literal('V2_0'), LambdaArn: z.string() }),
  }),
});
const resourceServer = z.object({
  UserPoolId: z.string(),
  Identifier: z.string(),
  Name: z.string(),
  Scopes: z.array(z.strictObject({ ScopeName: z.string(), ScopeDescription: z.string() })),
});
const poolClient = z.object({
  UserPoolId: z.string(),
  AccessTokenValidity: z.int(),
  TokenValidityUnits: z.looseObject({ AccessToken: z.literal('minutes') }),
});

/** Returns the user pool of the partners' clients. It is the pool without an app client in the template. */
export function deployedUserPool(stack: Stack): UserPoolDefinition {
  const { clients, servers } = membersOfPools(stack);
  const [resource] = stack
    .ofType('AWS::Cognito::UserPool')
    .filter(({ id }) => clients.every(({ UserPoolId }) => UserPoolId !== id));
  if (resource === undefined) {
    throw new DeploymentInvalid([
      "the template has no user pool without clients, where partners' clients would be",
    ]);
  }
  const { UserPoolName, UserPoolTier } = understood(resource, pool);
  return {
    poolId: resource.id,
    name: UserPoolName,
    tier: UserPoolTier,
    resourceServers: servers
      .filter(({ UserPoolId }) => UserPoolId === resource.id)
      .map(({ Identifier, Name, Scopes }) => ({
        identifier: Identifier,
        name: Name,
        scopes: Scopes.map(({ ScopeName, ScopeDescription }) => ({
          name: ScopeName,
          description: ScopeDescription,
        })),
      })),
  };
}

/** Returns the user pool of the operators. It is the pool with an app client in the template. */
export function deployedOperatorPool(stack: Stack): OperatorPoolDefinition {
  const { clients } = membersOfPools(stack);
  const [client, ...others] = clients;
  if (client === undefined || others.length > 0) {
    throw new DeploymentInvalid([
      `the twin's operators use one client of a user pool; the template has ${clients.length}`,
    ]);
  }
  const resource = stack.ofType('AWS::Cognito::UserPool').find(({ id }) => id === client.UserPoolId);
  if (resource === undefined) throw new DeploymentInvalid(["the operators' client has no user pool"]);
  const { LambdaArn } = understood(resource, operatorPool).LambdaConfig.PreTokenGenerationConfig;
  if (!functionsInvocableBy(stack, 'cognito-idp.amazonaws.com').has(LambdaArn)) {
    throw new DeploymentInvalid([
      `${resource.logicalId}: no AWS::Lambda::Permission lets cognito-idp.amazonaws.com invoke ${LambdaArn}`,
    ]);
  }
  return {
    poolId: client.UserPoolId,
    clientId: client.id,
    tokenSeconds: client.AccessTokenValidity * 60,
    preTokenGeneration: shortNameOf(stack, LambdaArn),
  };
}

function membersOfPools(stack: Stack) {
  const withId = <Properties>(
    type: string,
    schema: z.ZodType<Properties>,
  ): (Properties & Pick<StackResource, 'id'>)[] =>
    stack.ofType(type).map((resource) => ({ ...understood(resource, schema), id: resource.id }));
  return {
    clients: withId('AWS::Cognito::UserPoolClient', poolClient),
    servers: withId('AWS::Cognito::UserPoolResourceServer', resourceServer),
  };
}

const configurationSet = z.object({ Name: z.string() });

/** Returns the names of the SES configuration sets. */
export const deployedConfigurationSets = (stack: Stack): string[] =>
  stack.ofType('AWS::SES::ConfigurationSet').map((resource) => understood(resource, configurationSet).Name);
