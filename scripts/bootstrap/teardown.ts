import {
  DeleteStackCommand,
  paginateListStacks,
  type StackSummary,
  waitUntilStackDeleteComplete,
} from '@aws-sdk/client-cloudformation';
import { DeleteObjectsCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { DeleteSecretCommand } from '@aws-sdk/client-secrets-manager';
import { DeleteConfigurationSetCommand, DeleteEmailIdentityCommand } from '@aws-sdk/client-sesv2';
import { paginateListExecutions } from '@aws-sdk/client-sfn';
import { unlessMissing } from './aws.ts';
import { inventory, type Thing } from './inventory.ts';
import type { Stage } from './parameters.ts';
import { findStack, resourcesOf, type DeployedResource } from './stack.ts';
import { lookAtSecret, stageSecrets } from './stage-secrets.ts';
import { type BootstrapContext, StepFailed } from './step.ts';

/** What the removal of a stage needs. It needs no parameter file. */
export type Teardown = Pick<BootstrapContext, 'aws' | 'stack' | 'say'> & { readonly stage: Stage };

/** Something that is removed, and how. */
export interface Removal {
  readonly what: string;
  readonly remove: () => Promise<void>;
}

export interface TeardownPlan {
  readonly removals: readonly Removal[];
  /** What is kept, and why. */
  readonly kept: readonly string[];
  readonly running: number;
}

/** Lists everything of a stage in AWS, in the order in which it is removed. Changes nothing. */
export async function planTeardown(teardown: Teardown): Promise<TeardownPlan> {
  const { aws, stack, stage } = teardown;
  const found = await findStack(teardown);
  // A deleted stack may have retained resources.
  const owned = await resourcesOf(
    teardown,
    found === undefined ? ((await lastDeleted(teardown)) ?? stack) : stack,
  );
  const things = await inventory({ aws, stack, environment: stage.toUpperCase() });
  const of = (kind: Thing['kind']): readonly Thing[] => things.filter((thing) => thing.kind === kind);
  const mail = await mailRemovals(teardown, owned);
  const stackRemovals: readonly Removal[] =
    found === undefined
      ? []
      : [
          ...bucketsOf(owned).map((bucket) => ({
            what: `the content of the bucket ${bucket}`,
            remove: () => emptyBucket(teardown, bucket),
          })),
          { what: `the stack ${stack} with ${owned.size} resources`, remove: () => deleteStack(teardown) },
        ];
  return {
    running: found === undefined ? 0 : await runningExecutions(teardown, owned),
    removals: [
      // Onboardings created the API keys, so no stack deletes them.
      ...of('API key').map(removalOf),
      ...stackRemovals,
      // Resources that this stack and earlier ones have retained. Keys come last, because the table and its
      // backups cannot be read without them.
      ...[...of('table'), ...of('user pool')].map(removalOf),
      ...combinedRemoval(of('log group')),
      ...mail.removals,
      ...(await secretRemovals(teardown)),
      ...of('KMS key').map(removalOf),
    ],
    kept: mail.kept,
  };
}

const removalOf = ({ kind, name, id, remove }: Thing): Removal => ({
  what: `${kind} ${name}${id === name ? '' : ` (${id})`}`,
  remove,
});

/** Returns one removal for many resources of a kind. */
function combinedRemoval(things: readonly Thing[]): readonly Removal[] {
  if (things.length === 0) return [];
  return [
    {
      what: `${things.length} ${things[0]?.kind ?? ''}s: ${things
        .slice(0, 3)
        .map(({ name }) => name)
        .join(', ')}${things.length > 3 ? ', …' : ''}`,
      remove: async () => {
        for (const thing of things) await thing.remove();
      },
    },
  ];
}

/**
 * Returns the id of the stack with this name that was deleted last. CloudFormation lists deleted stacks for
 * 90 days.
 */
async function lastDeleted({ aws, stack }: Teardown): Promise<string | undefined> {
  const deleted: StackSummary[] = [];
  for await (const { StackSummaries = [] } of paginateListStacks(
    { client: aws.cloudFormation },
    { StackStatusFilter: ['DELETE_COMPLETE'] },
  )) {
    deleted.push(...StackSummaries.filter(({ StackName }) => StackName === stack));
  }
  return deleted.sort(
    (one, other) => (other.DeletionTime?.getTime() ?? 0) - (one.DeletionTime?.getTime() ?? 0),
  )[0]?.StackId;
}

const bucketsOf = (owned: ReadonlyMap<string, DeployedResource>): readonly string[] =>
  [...owned.values()].filter(({ type }) => type === 'AWS::S3::Bucket').map(({ physicalId }) => physicalId);

/** Deletes every version of every object, because CloudFormation deletes only empty buckets. */
async function emptyBucket({ aws: { s3 } }: Teardown, bucket: string): Promise<void> {
  for (;;) {
    // Deleted versions are no longer listed, so the first page always holds the next ones.
    const page = await unlessMissing(s3.send(new ListObjectVersionsCommand({ Bucket: bucket })));
    const objects = [...(page?.Versions ?? []), ...(page?.DeleteMarkers ?? [])].map(({ Key, VersionId }) => ({
      Key,
      VersionId,
    }));
    if (objects.length === 0) return;
    const { Errors = [] } = await s3.send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: objects, Quiet: true } }),
    );
    const [first] = Errors;
    if (first !== undefined) {
      throw new StepFailed({
        what: `S3 does not delete ${first.Key ?? 'an object'} of ${bucket}: ${first.Code ?? 'no reason given'}.`,
        remedy: 'Empty the bucket in the S3 console, and run the command again.',
      });
    }
  }
}

async function deleteStack({ aws, stack }: Teardown): Promise<void> {
  const { cloudFormation } = aws;
  if ((await findStack({ aws, stack }))?.EnableTerminationProtection === true) {
    throw new StepFailed({
      what: `The stack ${stack} is protected from termination; somebody has done so by hand.`,
      remedy:
        'Ask them. CloudFormation console, Stack actions, Edit termination protection; then run the command again.',
    });
  }
  await cloudFormation.send(new DeleteStackCommand({ StackName: stack }));
  try {
    await waitUntilStackDeleteComplete(
      { client: cloudFormation, maxWaitTime: 3600, minDelay: 2, maxDelay: 20 },
      { StackName: stack },
    );
  } catch (error) {
    throw new StepFailed(
      {
        what: `CloudFormation could not delete the stack ${stack}.`,
        remedy: 'Its events in the console name the resource and why. Mend that, and run the command again.',
      },
      error,
    );
  }
}

async function runningExecutions(
  { aws }: Teardown,
  owned: ReadonlyMap<string, DeployedResource>,
): Promise<number> {
  let running = 0;
  for (const { type, physicalId } of owned.values()) {
    if (type !== 'AWS::StepFunctions::StateMachine') continue;
    const pages = paginateListExecutions(
      { client: aws.sfn },
      { stateMachineArn: physicalId, statusFilter: 'RUNNING' },
    );
    for await (const { executions = [] } of pages) running += executions.length;
  }
  return running;
}

/**
 * Returns the removals of mail domains. Domains outlive a stack, and other stages of the account may send
 * from them. They are removed only with the last stage, and only if this stage created them.
 */
async function mailRemovals(
  { aws, stack }: Teardown,
  owned: ReadonlyMap<string, DeployedResource>,
): Promise<Pick<TeardownPlan, 'removals' | 'kept'>> {
  const of = (type: string): readonly string[] =>
    [...owned.values()].filter((resource) => resource.type === type).map(({ physicalId }) => physicalId);
  const identities = of('AWS::SES::EmailIdentity');
  const others = await otherStages(aws, stack);
  const removals = of('AWS::SES::ConfigurationSet').map((name): Removal => ({
    what: `SES configuration set ${name}`,
    remove: async () => {
      await unlessMissing(aws.ses.send(new DeleteConfigurationSetCommand({ ConfigurationSetName: name })));
    },
  }));
  if (others.length > 0) {
    return {
      removals,
      kept: identities.map((identity) => `SES identity ${identity}: ${others.join(', ')} may send by it`),
    };
  }
  return {
    kept: [],
    removals: [
      ...identities.map((identity): Removal => ({
        what: `SES identity ${identity}`,
        remove: async () => {
          await unlessMissing(aws.ses.send(new DeleteEmailIdentityCommand({ EmailIdentity: identity })));
        },
      })),
      ...removals,
    ],
  };
}

async function otherStages(aws: BootstrapContext['aws'], stack: string): Promise<readonly string[]> {
  const names = new Set<string>();
  for await (const { StackSummaries = [] } of paginateListStacks({ client: aws.cloudFormation }, {})) {
    for (const { StackName = '', StackStatus } of StackSummaries) {
      if (
        /^sallyport-(?:dev|uat|prod)$/u.test(StackName) &&
        StackName !== stack &&
        StackStatus !== 'DELETE_COMPLETE'
      ) {
        names.add(StackName);
      }
    }
  }
  return [...names];
}

/**
 * Returns the removals of secrets. Secrets of `dev` are deleted immediately; others can be restored for seven
 * days.
 */
async function secretRemovals({ aws, stack, stage }: Teardown): Promise<readonly Removal[]> {
  const how = stage === 'dev' ? { ForceDeleteWithoutRecovery: true } : { RecoveryWindowInDays: 7 };
  const removals: Removal[] = [];
  for (const { id } of stageSecrets(stack, { signing: 'secret', loginClientId: 'any' })) {
    if ((await lookAtSecret({ aws }, id)).state !== 'there') continue;
    removals.push({
      what: `the secret ${id}${stage === 'dev' ? '' : ', which can be restored for seven days'}`,
      remove: async () => {
        await unlessMissing(aws.secrets.send(new DeleteSecretCommand({ SecretId: id, ...how })));
      },
    });
  }
  return removals;
}
