import { describe, expect, test } from 'vitest';
import { parseFunctionFile } from '../../resources/function-file.ts';
import { functionResources, functionSettings } from '../../resources/function-resources.ts';

const invalid = (source: string): string => {
  try {
    parseFunctionFile('daily-report', source);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return 'accepted';
};
const withRights = (rights: string): string => `timeout: 30\nrights:\n${rights}`;

describe('WF-12 a function.yml', () => {
  const file = parseFunctionFile(
    'daily-report',
    `
timeout: 30
maximumRetryAttempts: 2
environment:
  TABLE_NAME: { Ref: Table }
events:
  - schedule: rate(1440 minutes)
rights:
  managed: [FailedEventsSending]
  allow:
    Table:
      dynamodb:GetItem: { partitions: [CLIENT#*, JTI#*], attributes: [pk, sk, status] }
      dynamodb:Query: ONBOARDING#*
      dynamodb:UpdateItem:
        - { partitions: [TICKET#*] }
        - { partitions: ONBOARDING#*, attributes: [pk, sk, state] }
    Table/index/gsi1:
      dynamodb:Query: [ISSUERS]
    events:event-bus/default: events:PutEvents
    apigateway:/apikeys/*: apigateway:DELETE
    DataKey:
      actions: kms:Decrypt
      condition: { StringEquals: { 'kms:ViaService': sqs.amazonaws.com } }
resources:
  DailyReports:
    Type: AWS::S3::Bucket
`,
  );

  test('says only what no convention says', () => {
    expect(functionSettings('daily-report', file)).toEqual({
      handler: 'functions/daily-report/handler.handler',
      role: 'DailyReportRole',
      timeout: 30,
      memorySize: 512,
      maximumRetryAttempts: 2,
      environment: { TABLE_NAME: { Ref: 'Table' } },
      events: [{ schedule: 'rate(1440 minutes)' }],
      package: { artifact: 'build/daily-report.zip' },
    });
  });

  test('becomes a role that may do that, write its own log, trace itself, and nothing else', () => {
    expect(functionResources('daily-report', file)).toEqual({
      DailyReportRole: {
        Type: 'AWS::IAM::Role',
        Properties: {
          AssumeRolePolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
            ],
          },
          ManagedPolicyArns: [{ Ref: 'Tracing' }, { Ref: 'FailedEventsSending' }],
          Policies: [
            {
              PolicyName: 'daily-report',
              PolicyDocument: {
                Version: '2012-10-17',
                Statement: [
                  {
                    Effect: 'Allow',
                    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
                    Resource: { 'Fn::GetAtt': ['DailyDashreportLogGroup', 'Arn'] },
                  },
                  {
                    Effect: 'Allow',
                    Action: 'dynamodb:GetItem',
                    Resource: { 'Fn::GetAtt': ['Table', 'Arn'] },
                    Condition: {
                      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['CLIENT#*', 'JTI#*'] },
                      'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['pk', 'sk', 'status'] },
                      StringEqualsIfExists: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
                      Null: { 'dynamodb:LeadingKeys': 'false', 'dynamodb:Attributes': 'false' },
                    },
                  },
                  {
                    Effect: 'Allow',
                    Action: 'dynamodb:Query',
                    Resource: { 'Fn::GetAtt': ['Table', 'Arn'] },
                    Condition: {
                      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['ONBOARDING#*'] },
                      Null: { 'dynamodb:LeadingKeys': 'false' },
                    },
                  },
                  {
                    Effect: 'Allow',
                    Action: 'dynamodb:UpdateItem',
                    Resource: { 'Fn::GetAtt': ['Table', 'Arn'] },
                    Condition: {
                      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['TICKET#*'] },
                      Null: { 'dynamodb:LeadingKeys': 'false' },
                    },
                  },
                  {
                    Effect: 'Allow',
                    Action: 'dynamodb:UpdateItem',
                    Resource: { 'Fn::GetAtt': ['Table', 'Arn'] },
                    Condition: {
                      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['ONBOARDING#*'] },
                      'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['pk', 'sk', 'state'] },
                      StringEqualsIfExists: {
                        'dynamodb:ReturnValues': ['NONE', 'UPDATED_OLD', 'UPDATED_NEW'],
                      },
                      Null: { 'dynamodb:LeadingKeys': 'false', 'dynamodb:Attributes': 'false' },
                    },
                  },
                  {
                    Effect: 'Allow',
                    Action: 'dynamodb:Query',
                    Resource: { 'Fn::Sub': '${Table.Arn}/index/gsi1' },
                    Condition: {
                      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['ISSUERS'] },
                      Null: { 'dynamodb:LeadingKeys': 'false' },
                    },
                  },
                  {
                    Effect: 'Allow',
                    Action: 'events:PutEvents',
                    Resource: {
                      'Fn::Sub':
                        'arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/default',
                    },
                  },
                  {
                    Effect: 'Allow',
                    Action: 'apigateway:DELETE',
                    Resource: { 'Fn::Sub': 'arn:${AWS::Partition}:apigateway:${AWS::Region}::/apikeys/*' },
                  },
                  {
                    Effect: 'Allow',
                    Action: 'kms:Decrypt',
                    Resource: { 'Fn::GetAtt': ['DataKey', 'Arn'] },
                    Condition: { StringEquals: { 'kms:ViaService': 'sqs.amazonaws.com' } },
                  },
                ],
              },
            },
          ],
        },
      },
      DailyReports: { Type: 'AWS::S3::Bucket' },
    });
  });

  test('is refused with every unknown member, and what is allowed in its place', () => {
    expect(invalid(`${withRights('  alow: {}')}\nrole: AdminRole\n`)).toBe(
      [
        'functions/daily-report/function.yml is invalid:',
        'rights: found alow; allowed: managed, allow',
        'the file: found role; allowed: timeout, memorySize, reservedConcurrency, maximumRetryAttempts, maximumEventAge, destinations, environment, events, rights, resources',
      ].join('\n'),
    );
  });

  const action =
    'allowed: an action such as kms:Sign, a list of actions, or a mapping of actions and condition';
  const partitions =
    'allowed: a mapping of actions to partitions, such as dynamodb:GetItem: [CLIENT#*], or to one or several mappings of partitions and attributes; the actions are dynamodb:GetItem, dynamodb:Query, dynamodb:UpdateItem, dynamodb:DeleteItem';
  const resource =
    'allowed: a logical id such as Table, a part of it such as Table/index/gsi1, or service and resource such as events:event-bus/default';
  test.each([
    ['DataKey: kms:*', `rights.allow.DataKey: found "kms:*"; ${action}`],
    ['DataKey: [Decrypt]', `rights.allow.DataKey: found ["Decrypt"]; ${action}`],
    ['DataKey: []', `rights.allow.DataKey: found []; ${action}`],
    [
      'DataKey: { actions: kms:Decrypt, conditions: {} }',
      `rights.allow.DataKey: found {"actions":"kms:Decrypt","conditions":{}}; ${action}`,
    ],
    // Threat T-98
    ['Table: dynamodb:GetItem', `rights.allow.Table: found "dynamodb:GetItem"; ${partitions}`],
    [
      'Table: { actions: dynamodb:GetItem, condition: {} }',
      `rights.allow.Table: found {"actions":"dynamodb:GetItem","condition":{}}; ${partitions}`,
    ],
    [
      'Table: { dynamodb:Scan: [CLIENT#*] }',
      `rights.allow.Table: found {"dynamodb:Scan":["CLIENT#*"]}; ${partitions}`,
    ],
    ['Table: { dynamodb:GetItem: [] }', `rights.allow.Table: found {"dynamodb:GetItem":[]}; ${partitions}`],
    [
      'Table: { dynamodb:GetItem: [CLIENT#*, "*"] }',
      expect.stringMatching(
        /^rights\.allow\.Table: found the partition \*; allowed: PARTNER#\*, /u,
      ) as string,
    ],
    [
      'Table/index/gsi1: { dynamodb:Query: [ISSUER#*] }',
      'rights.allow.Table/index/gsi1: found the partition ISSUER#*; allowed: PARTNERS, CONTRACTS, CLIENTS, USERS, ISSUERS, APPLICATIONS, PROVIDERS',
    ],
    ["'*': dynamodb:GetItem", `rights.allow.*: found the resource "*"; ${resource}`],
    ['table: dynamodb:GetItem', `rights.allow.table: found the resource "table"; ${resource}`],
  ])('is refused with the malformed right %s', (right, message) => {
    const [title, ...errors] = invalid(withRights(`  allow:\n    ${right}`)).split('\n');
    expect([title, errors]).toEqual(['functions/daily-report/function.yml is invalid:', [message]]);
  });

  test('is refused with a managed policy that is not one of the template', () => {
    const arn = 'arn:aws:iam::aws:policy/AdministratorAccess';
    expect(invalid(withRights(`  managed: ['${arn}']`))).toBe(
      `functions/daily-report/function.yml is invalid:\nrights.managed.0: found "${arn}"; allowed: the logical id of a managed policy`,
    );
  });

  test('is refused where it is empty, no YAML, or names a resource twice', () => {
    expect(invalid('')).toContain('functions/daily-report/function.yml is invalid:\nthe file: found null');
    expect(invalid('timeout: [')).toContain('functions/daily-report/function.yml cannot be read: ');
    expect(invalid(withRights('  allow:\n    DataKey: kms:Sign\n    DataKey: kms:Decrypt'))).toContain(
      'Map keys must be unique',
    );
    expect(invalid('timeout: soon\nrights: {}')).toMatch(/\ntimeout: .*number/u);
  });
});
