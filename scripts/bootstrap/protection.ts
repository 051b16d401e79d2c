import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { unlessMissing } from './aws.ts';
import type { Stage } from './parameters.ts';
import type { BootstrapContext } from './step.ts';

/** Returns whether the stage's data is protected. That of `dev` may be deleted with its stack. */
export const wantsProtection = (stage: Stage): boolean => stage !== 'dev';

/** Returns whether the last deployment has protected the stage's data. The table shows it. */
export async function isProtected({ aws, stack }: Pick<BootstrapContext, 'aws' | 'stack'>): Promise<boolean> {
  const answer = await unlessMissing(aws.dynamoDb.send(new DescribeTableCommand({ TableName: stack })));
  return answer?.Table?.DeletionProtectionEnabled === true;
}

/** Returns the params of serverless.yml that turn the protection of the stage's data on or off. */
export function protectionParams(stage: Stage, withProtection: boolean): Readonly<Record<string, string>> {
  return wantsProtection(stage) ? { deletionProtection: withProtection ? 'on' : 'off' } : {};
}
