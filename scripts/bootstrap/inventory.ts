import { type ApiKey, DeleteApiKeyCommand, paginateGetApiKeys } from '@aws-sdk/client-api-gateway';
import { DeleteLogGroupCommand, paginateDescribeLogGroups } from '@aws-sdk/client-cloudwatch-logs';
import {
  DeleteUserPoolCommand,
  DeleteUserPoolDomainCommand,
  DescribeUserPoolCommand,
  paginateListUserPools,
  UpdateUserPoolCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import {
  DeleteTableCommand,
  DescribeTableCommand,
  UpdateTableCommand,
  waitUntilTableNotExists,
} from '@aws-sdk/client-dynamodb';
import { DescribeKeyCommand, paginateListKeys, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import { parseOnboardingId } from '../../core/onboarding/ids.ts';
import { unlessMissing } from './aws.ts';
import type { BootstrapContext } from './step.ts';

/** A resource with one of the stage's names. It may exist without a stack, or outlive it. */
export interface Thing {
  readonly kind: 'table' | 'user pool' | 'KMS key' | 'log group' | 'API key';
  /** The name, which may be ambiguous. The id is not. */
  readonly name: string;
  readonly id: string;
  /** Whether a stack that creates a resource with this name fails. */
  readonly blocks: boolean;
  readonly remove: () => Promise<void>;
}

type InventoryContext = Pick<BootstrapContext, 'aws' | 'stack'> & { readonly environment: string };

/**
 * Finds every resource of the stage that exists now, in a stack or not. They are in the order in which they
 * are removed.
 */
export async function inventory(context: InventoryContext): Promise<readonly Thing[]> {
  const found = await Promise.all([
    apiKeys(context),
    tables(context),
    userPools(context),
    logGroups(context),
    keys(context),
  ]);
  return found.flat();
}

/**
 * Finds API keys. Onboardings create them, and the onboarding's id is the name:
 * `RITM0010001-b2b-onboarding-DEV-1`.
 */
async function apiKeys({ aws: { apiGateway }, environment }: InventoryContext): Promise<readonly Thing[]> {
  const isOurs = ({ name = '' }: ApiKey): boolean => parseOnboardingId(name)?.environment === environment;
  const found: Thing[] = [];
  for await (const { items = [] } of paginateGetApiKeys({ client: apiGateway, pageSize: 500 }, {})) {
    for (const { id = '', name = '' } of items.filter(isOurs)) {
      found.push({
        kind: 'API key',
        name,
        id,
        blocks: false,
        remove: async () => {
          await unlessMissing(apiGateway.send(new DeleteApiKeyCommand({ apiKey: id })));
        },
      });
    }
  }
  return found;
}

async function tables({ aws: { dynamoDb }, stack }: InventoryContext): Promise<readonly Thing[]> {
  const found = await unlessMissing(dynamoDb.send(new DescribeTableCommand({ TableName: stack })));
  if (found?.Table === undefined) return [];
  return [
    {
      kind: 'table',
      name: stack,
      id: stack,
      blocks: true,
      remove: async () => {
        if (found.Table?.DeletionProtectionEnabled === true) {
          await dynamoDb.send(new UpdateTableCommand({ TableName: stack, DeletionProtectionEnabled: false }));
        }
        await unlessMissing(dynamoDb.send(new DeleteTableCommand({ TableName: stack })));
        await waitUntilTableNotExists(
          { client: dynamoDb, maxWaitTime: 300, minDelay: 1, maxDelay: 10 },
          { TableName: stack },
        );
      },
    },
  ];
}

async function userPools({ aws: { cognito }, stack }: InventoryContext): Promise<readonly Thing[]> {
  const found: Thing[] = [];
  for await (const { UserPools = [] } of paginateListUserPools(
    { client: cognito, pageSize: 60 },
    { MaxResults: 60 },
  )) {
    for (const { Id: id = '', Name: name = '' } of UserPools.filter(
      (each) => each.Name === stack || each.Name === `${stack}-operators`,
    )) {
      found.push({ kind: 'user pool', name, id, blocks: false, remove: async () => removePool(cognito, id) });
    }
  }
  return found;
}

async function removePool(cognito: BootstrapContext['aws']['cognito'], id: string): Promise<void> {
  const pool = (await unlessMissing(cognito.send(new DescribeUserPoolCommand({ UserPoolId: id }))))?.UserPool;
  if (pool === undefined) return;
  if (pool.DeletionProtection === 'ACTIVE') {
    // An update resets every setting that it leaves out, which does not matter for a pool that is about to be
    // deleted.
    await cognito.send(new UpdateUserPoolCommand({ UserPoolId: id, DeletionProtection: 'INACTIVE' }));
  }
  if (pool.Domain !== undefined) {
    await unlessMissing(
      cognito.send(new DeleteUserPoolDomainCommand({ UserPoolId: id, Domain: pool.Domain })),
    );
  }
  await unlessMissing(cognito.send(new DeleteUserPoolCommand({ UserPoolId: id })));
}

async function logGroups({ aws: { logs }, stack }: InventoryContext): Promise<readonly Thing[]> {
  const ours = [`/aws/lambda/${stack}-`, `/aws/apigateway/${stack}`, `/aws/vendedlogs/states/${stack}-`];
  const found: Thing[] = [];
  for (const logGroupNamePrefix of ours) {
    for await (const { logGroups: groups = [] } of paginateDescribeLogGroups(
      { client: logs },
      { logGroupNamePrefix },
    )) {
      for (const { logGroupName: name = '' } of groups) {
        found.push({
          kind: 'log group',
          name,
          id: name,
          blocks: true,
          remove: async () => {
            await unlessMissing(logs.send(new DeleteLogGroupCommand({ logGroupName: name })));
          },
        });
      }
    }
  }
  return found;
}

/**
 * Finds KMS keys. Keys have no names, but their descriptions name the stack. Keys that are pending deletion
 * are ignored.
 */
async function keys({ aws: { kms }, stack }: InventoryContext): Promise<readonly Thing[]> {
  const ours = new RegExp(`\\bof ${stack}(?![\\w-])`, 'u');
  const found: Thing[] = [];
  for await (const { Keys = [] } of paginateListKeys({ client: kms }, {})) {
    for (const { KeyId: id = '' } of Keys) {
      const metadata = (await kms.send(new DescribeKeyCommand({ KeyId: id }))).KeyMetadata;
      const { Description: name = '', KeyState, KeyManager } = metadata ?? {};
      if (!ours.test(name) || KeyManager !== 'CUSTOMER' || KeyState?.startsWith('Pending') === true) continue;
      found.push({
        kind: 'KMS key',
        name,
        id,
        blocks: false,
        remove: async () => {
          await unlessMissing(
            kms.send(new ScheduleKeyDeletionCommand({ KeyId: id, PendingWindowInDays: 7 })),
          );
        },
      });
    }
  }
  return found;
}
