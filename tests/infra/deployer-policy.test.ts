import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { packagedStage } from '../support/packaged-stage.ts';
import handlerPermissions from './deployer/handler-permissions.json' with { type: 'json' };
import { allowingStatements } from './statements.ts';

const file = 'resources/account/deployer.yml';
const policies = z
  .object({
    Resources: z.record(
      z.string(),
      z.object({
        Properties: z.object({ ManagedPolicyName: z.unknown(), PolicyDocument: z.unknown() }),
      }),
    ),
  })
  .parse(parse(readFileSync(file, 'utf8'))).Resources;
const documents = Object.entries(policies).map(([name, { Properties }]) => ({
  name,
  document: Properties.PolicyDocument,
}));
const statements = documents.flatMap(({ document }) => allowingStatements(document));
const isAllowed = (action: string, among = statements): boolean =>
  among.some(({ Action }) => Action.some((pattern) => covers(pattern, action)));
const covers = (pattern: string, action: string): boolean =>
  new RegExp(`^${pattern.replaceAll('*', '.*')}$`, 'iu').test(action);

/**
 * Permissions that AWS's handlers may need for properties that this template does not use
 * (https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html, "handlers").
 */
const notUsed: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:amplify|apprunner|appsync|bedrock-agentcore|elasticloadbalancing):/u,
    'web ACLs of other things than an API',
  ],
  [/^ec2:/u, 'functions in a VPC, web ACLs of verified access'],
  [
    /^cognito-idp:(?:Associate|Disassociate)WebACL$|^cognito-idp:GetWebACLForResource$/u,
    'web ACLs of user pools',
  ],
  [/^wafv2:(?:Get|Put)PermissionPolicy$/u, "web ACLs of another account's rule groups"],
  [/^cloudfront:updateDistribution$/u, "domains of one's own for a user pool"],
  [/^cognito-idp:AddCustomAttributes$/u, "attributes of one's own in a user pool"],
  [
    /^dynamodb:(?:AssociateTableReplica|CreateTableReplica|ImportTable|DescribeImport)$/u,
    'replicas and imports of a table',
  ],
  [
    /^dynamodb:(?:BatchWriteItem|DeleteItem|GetItem|PutItem|Query|Scan|UpdateItem)$/u,
    'imports: nothing of a deployment reads or writes an item',
  ],
  [
    /^(?:kinesis:|dynamodb:(?:Disable|Enable|Update)KinesisStreamingDestination)/u,
    'a stream of a table into Kinesis',
  ],
  [
    /^dynamodb:(?:UpdateContributorInsights|(?:Put|Delete)ResourcePolicy)$/u,
    "contributor insights, a table's own policy",
  ],
  [/^(?:elasticfilesystem|s3files):/u, 'functions with a file system'],
  [/^firehose:|^s3:REST\.PUT\.OBJECT$/u, 'logs that go to Firehose or S3'],
  [/^iam:(?:Attach|Detach)(?:Group|User)Policy$/u, 'policies of groups and users'],
  [/^iam:(?:Put|Delete)RolePermissionsBoundary$/u, 'permissions boundaries'],
  [
    /^kms:(?:GenerateDataKeyWithoutPlaintext|ReEncryptFrom|ReEncryptTo)$/u,
    "user pools under a key of one's own",
  ],
  [
    /^lambda:(?:(?:Put|Delete)FunctionCodeSigningConfig|PutFunctionScalingConfig|PassCapacityProvider)$/u,
    'signed code, capacity providers',
  ],
  [/^logs:(?:CreateLogStream|DescribeLogStreams|PutLogEvents)$/u, 'logs of an import'],
  [/^logs:(?:Put|Delete)DataProtectionPolicy$/u, 'masked logs'],
  [/^sns:PutDataProtectionPolicy$/u, 'masked messages'],
  [/^s3tables:|^s3:(?:Create|Delete)BucketMetadataTableConfiguration$/u, 'tables of metadata'],
  [
    /^s3:Put(?:Accelerate|Analytics|IntelligentTiering|Inventory|Lifecycle|Metrics|Replication)Configuration$/u,
    'buckets with more settings',
  ],
  [
    /^s3:PutBucket(?:Acl|CORS|Logging|Notification|ObjectLockConfiguration|OwnershipControls|Replication|Versioning|Website)$/u,
    'the same',
  ],
  [
    /^s3:DeleteBucket(?:Analytics|Metrics)Configuration$|^s3:DeleteBucket(?:Cors|Encryption|Lifecycle|Replication|Website)$/u,
    'the same',
  ],
  [/^s3:PutObject(?:Acl|LockConfiguration)$/u, 'the same'],
];

let types: readonly string[];
beforeAll(async () => {
  // All stages have the same resources, which a test of the template checks. Parameters add the optional ones
  // here.
  const { template } = await packagedStage('prod', {
    hostedZoneId: 'Z0123456789ABCDEFGHIJ',
    oktaSigning: 'kms',
  });
  const ofStage = Object.values(template.Resources).map(({ Type }) => Type);
  const ofAccount = z
    .object({ Resources: z.record(z.string(), z.object({ Type: z.string() })) })
    .parse(parse(readFileSync('resources/account/api-gateway-logs.yml', 'utf8')));
  types = [...new Set([...ofStage, ...Object.values(ofAccount.Resources).map(({ Type }) => Type)])].sort();
}, 120_000);

describe("X-15 the deployer's policies", () => {
  test("allow what AWS's handlers of every resource type of the templates need, and say what of it is not used", () => {
    const needs: Readonly<Record<string, readonly string[]>> = {
      ...handlerPermissions,
      // Older than AWS's public handlers:
      // https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/r53-api-permissions-ref.html
      'AWS::Route53::RecordSet': [
        'route53:ChangeResourceRecordSets',
        'route53:GetChange',
        'route53:GetHostedZone',
        'route53:ListResourceRecordSets',
      ],
    };
    expect(
      types.filter((type) => !Object.hasOwn(needs, type)),
      'types without known permissions',
    ).toEqual([]);
    const missing = types.flatMap((type) =>
      (needs[type] ?? [])
        .filter((action) => !isAllowed(action) && !notUsed.some(([pattern]) => pattern.test(action)))
        .map((action) => `${type}: ${action}`),
    );
    expect(missing).toEqual([]);
  });

  test('name nothing as not used that is allowed, or that no handler may need', () => {
    const all = Object.values(handlerPermissions).flat();
    const idle = notUsed.filter(([pattern]) => {
      const matched = all.filter((action) => pattern.test(action));
      return matched.length === 0 || matched.every((action) => isAllowed(action));
    });
    expect(idle.map(([pattern]) => String(pattern))).toEqual([]);
  });

  test('hold no type that no template has any more', () => {
    expect(Object.keys(handlerPermissions).filter((type) => !types.includes(type))).toEqual([]);
  });

  test('allow every call of bootstrap and teardown', () => {
    const calls = callsOfScripts();
    expect(calls).toContain('ses:GetEmailIdentity');
    expect(calls).toContain('s3:ListBucketVersions');
    expect(calls.filter((action) => !isAllowed(action))).toEqual([]);
  });

  test('allow every call of the framework', () => {
    // Recorded against a stand-in: `deploy --verbose` of a new stage and of an existing one.
    const calls = [
      'cloudformation:CreateChangeSet',
      'cloudformation:DeleteChangeSet',
      'cloudformation:DescribeChangeSet',
      'cloudformation:DescribeStackEvents',
      'cloudformation:DescribeStackResource',
      'cloudformation:DescribeStacks',
      'cloudformation:ExecuteChangeSet',
      'cloudformation:ValidateTemplate',
      'apigateway:GET',
      'apigateway:PATCH',
      'apigateway:PUT',
      'lambda:GetFunction',
      'logs:DeleteLogGroup',
      's3:DeleteObject',
      's3:GetObject',
      's3:ListBucket',
      's3:PutObject',
      's3:GetBucketLocation',
    ];
    expect(calls.filter((action) => !isAllowed(action))).toEqual([]);
  });

  test('name the stage, or say that there is nothing to name', () => {
    const wide = statements.filter(
      ({ Resource, Condition }) =>
        Resource.some((resource) => !/\$\{Stage\}|api-gateway-logs/u.test(resource)) &&
        !JSON.stringify(Condition).includes('/stage'),
    );
    expect(
      wide.flatMap(({ Action, Resource }) =>
        Resource.filter((resource) => !/\$\{Stage\}|api-gateway-logs/u.test(resource)).map(
          (resource) => `${Action[0] ?? ''} … on ${resource.replaceAll(/\$\{AWS::\w+\}/gu, '·')}`,
        ),
      ),
    ).toEqual([
      'cloudformation:ListStacks … on *',
      'kms:ListAliases … on *',
      'iam:CreateServiceLinkedRole … on arn:·:iam::·:role/aws-service-role/mrk.kms.amazonaws.com/*',
      'cognito-idp:CreateGroup … on arn:·:cognito-idp:·:·:userpool/*',
      'cognito-idp:CreateUserPool … on *',
      'ses:CreateConfigurationSet … on arn:·:ses:*:·:identity/*',
      'apigateway:DELETE … on arn:·:apigateway:·::/account',
      'apigateway:DELETE … on arn:·:apigateway:·::/clientcertificates*',
      'apigateway:DELETE … on arn:·:apigateway:·::/domainnames*',
      'apigateway:DELETE … on arn:·:apigateway:·::/restapis*',
      'apigateway:DELETE … on arn:·:apigateway:·::/tags/*',
      'apigateway:DELETE … on arn:·:apigateway:·::/usageplans*',
      'route53:ChangeResourceRecordSets … on arn:·:route53:::hostedzone/*',
      'route53:GetChange … on arn:·:route53:::change/*',
      'wafv2:AssociateWebACL … on arn:·:wafv2:·:·:regional/managedruleset/*',
      'wafv2:AssociateWebACL … on arn:·:apigateway:·::/restapis/*/stages/*',
      'wafv2:GetWebACLForResource … on arn:·:wafv2:·:·:regional/webacl/*',
      'wafv2:GetWebACLForResource … on arn:·:apigateway:·::/restapis/*/stages/*',
      'cloudwatch:DescribeAlarms … on *',
      'apigateway:GET … on arn:·:apigateway:·::/apikeys*',
      'lambda:GetAccountSettings … on *',
    ]);
  });

  test('give a pipeline that only deploys no secret, no item of the table, no function to invoke, and no execution', () => {
    const forDeploying = documents
      .filter(({ name }) => name !== 'Bootstrap')
      .flatMap(({ document }) => allowingStatements(document));
    const forbidden = [
      'secretsmanager:GetSecretValue',
      'dynamodb:GetItem',
      'dynamodb:Query',
      'lambda:InvokeFunction',
      'states:StartExecution',
      'states:GetExecutionHistory',
      'kms:Sign',
      'kms:GenerateMac',
      'ses:SendEmail',
      'cognito-idp:AdminCreateUser',
      'cognito-idp:AddUserPoolClientSecret',
      'iam:CreateUser',
      'sts:AssumeRole',
    ];
    expect(forbidden.filter((action) => isAllowed(action, forDeploying))).toEqual([]);
  });

  // Threat T-15
  test('give nobody a key to derive links, to sign tokens, or to read the table with', () => {
    const forbidden = [
      'kms:GenerateMac',
      'kms:Sign',
      'kms:VerifyMac',
      'dynamodb:GetItem',
      'dynamodb:Scan',
      'dynamodb:Query',
      'cognito-idp:AdminCreateUser',
    ];
    expect(forbidden.filter((action) => isAllowed(action))).toEqual([]);
    const keyUses = statements.filter(({ Action }) => Action.includes('kms:Decrypt'));
    expect(keyUses.every(({ Condition }) => JSON.stringify(Condition).includes('kms:ViaService'))).toBe(true);
  });

  test("do not allow a change of themselves, or of a role that is not the stage's", () => {
    const names = Object.values(policies).map(({ Properties }) =>
      JSON.stringify(Properties.ManagedPolicyName),
    );
    expect(names.every((name) => name.includes('"deployer-sallyport-'))).toBe(true);
    const iam = statements.filter(({ Action }) =>
      Action.some((action) => action.startsWith('iam:') && action !== 'iam:CreateServiceLinkedRole'),
    );
    expect(
      iam
        .flatMap(({ Resource }) => Resource)
        .filter(
          (resource) => !/:(?:role|policy)\/(?:sallyport-\$\{Stage\}-|api-gateway-logs-)\*$/u.test(resource),
        ),
    ).toEqual([]);
  });

  test.each(documents)(
    '$name is a template for AWS, and no longer than a managed policy may be',
    ({ document }) => {
      const filled = JSON.stringify(resolved(document));
      // Without white space: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
      expect(filled.replaceAll(/\s/gu, '').length).toBeLessThanOrEqual(6144);
    },
  );
});

/** Resolves a value with the longest values that a deployment may have. */
function resolved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(resolved);
  if (typeof value !== 'object' || value === null) return value;
  const [[key, inner] = []] = Object.entries(value);
  if (key === 'Ref') return 'prod';
  if (key === 'Fn::Sub' && typeof inner === 'string') {
    const values: Readonly<Record<string, string>> = {
      'AWS::Partition': 'aws',
      'AWS::Region': 'ap-southeast-2',
      'AWS::AccountId': '123456789012',
      Stage: 'prod',
    };
    return inner.replaceAll(/\$\{([\w:]+)\}/gu, (_, name: string) => values[name] ?? '');
  }
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, resolved(each)]));
}

const prefixes: Readonly<Record<string, string>> = {
  'api-gateway': 'apigateway',
  cloudformation: 'cloudformation',
  'cloudwatch-logs': 'logs',
  'cognito-identity-provider': 'cognito-idp',
  dynamodb: 'dynamodb',
  kms: 'kms',
  lambda: 'lambda',
  s3: 's3',
  'secrets-manager': 'secretsmanager',
  sesv2: 'ses',
  sfn: 'states',
  sns: 'sns',
  sts: 'sts',
};
/** Operations whose IAM action has another name. */
const renamed: Readonly<Record<string, string>> = {
  'lambda:Invoke': 'lambda:InvokeFunction',
  's3:ListObjectVersions': 's3:ListBucketVersions',
  's3:DeleteObjects': 's3:DeleteObjectVersion',
};

/**
 * Returns the actions of every SDK command that the scripts import. API Gateway's actions are HTTP methods.
 */
function callsOfScripts(): readonly string[] {
  const sources = [
    'scripts/teardown.ts',
    'scripts/bootstrap.ts',
    ...readdirSync('scripts/bootstrap', { encoding: 'utf8', recursive: true })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `scripts/bootstrap/${name}`),
  ];
  const imports = sources.flatMap((source) => [
    ...readFileSync(source, 'utf8').matchAll(
      /\{([^{}]+)\} (?:from |= await import\()'@aws-sdk\/client-([\w-]+)'/gu,
    ),
  ]);
  return imports.flatMap(([, names = '', client = '']) =>
    names.split(',').flatMap((name) => {
      const operation = /^(?:(\w+)Command|paginate(\w+))$/u.exec(name.trim());
      const called = operation?.[1] ?? operation?.[2];
      if (called === undefined) return [];
      const prefix = prefixes[client] ?? client;
      if (prefix === 'apigateway') return [`apigateway:${called.startsWith('Delete') ? 'DELETE' : 'GET'}`];
      const action = `${prefix}:${called}`;
      return [renamed[action] ?? action];
    }),
  );
}
