import { DescribeStacksCommand, ListStackResourcesCommand, type Stack } from '@aws-sdk/client-cloudformation';
import { unlessMissing } from './aws.ts';
import type { BootstrapContext } from './step.ts';

/** Returns the stage's stack, or undefined if there is none. */
export async function findStack({
  aws,
  stack,
}: Pick<BootstrapContext, 'aws' | 'stack'>): Promise<Stack | undefined> {
  const answer = await unlessMissing(
    aws.cloudFormation.send(new DescribeStacksCommand({ StackName: stack })),
  );
  return answer?.Stacks?.find(({ StackStatus }) => StackStatus !== 'DELETE_COMPLETE');
}

export interface DeployedResource {
  readonly type: string;
  /** The name or id that AWS assigned. */
  readonly physicalId: string;
}

/**
 * Returns the resources of a stack by logical id.
 * @param stack its name, or its id if it was deleted; a deleted stack lists what it has retained
 */
export async function resourcesOf(
  { aws }: Pick<BootstrapContext, 'aws'>,
  stack: string,
): Promise<ReadonlyMap<string, DeployedResource>> {
  const found = new Map<string, DeployedResource>();
  let token: string | undefined;
  do {
    const page = await unlessMissing(
      aws.cloudFormation.send(new ListStackResourcesCommand({ StackName: stack, NextToken: token })),
    );
    for (const {
      LogicalResourceId = '',
      PhysicalResourceId = '',
      ResourceType = '',
      ResourceStatus,
    } of page?.StackResourceSummaries ?? []) {
      if (ResourceStatus !== 'DELETE_COMPLETE') {
        found.set(LogicalResourceId, { type: ResourceType, physicalId: PhysicalResourceId });
      }
    }
    token = page?.NextToken;
  } while (token !== undefined);
  return found;
}

/** Returns whether the last deployment of the stack has finished, so that another can follow. */
export const isDeployed = ({ StackStatus }: Stack): boolean =>
  /^(?:CREATE|UPDATE|UPDATE_ROLLBACK|IMPORT|IMPORT_ROLLBACK)_COMPLETE$/u.test(StackStatus ?? '');
