import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { unlessMissing } from './aws.ts';
import type { Stage } from './parameters.ts';
import type { BootstrapContext } from './step.ts';

/** Data of `dev` may go with its stack. */
export const wantsProtection = (stage: Stage): boolean => stage !== 'dev';

/** Whether the last deployment has protected the stage's data: its table says so. */
export async function isProtected({ aws, stack }: Pick<BootstrapContext, 'aws' | 'stack'>): Promise<boolean> {
  const answer = await unlessMissing(aws.dynamoDb.send(new DescribeTableCommand({ TableName: stack })));
  return answer?.Table?.DeletionProtectionEnabled === true;
}

/** The params of serverless.yml by which a deployment protects the stage's data, or not yet. */
export function protectionParams(stage: Stage, withProtection: boolean): Readonly<Record<string, string>> {
  return wantsProtection(stage) ? { deletionProtection: withProtection ? 'on' : 'off' } : {};
}
