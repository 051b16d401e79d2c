import { describe, expect, it } from 'vitest';
import { allowingStatements, textOf } from '../statements.ts';
import { ofType, resources, template } from './packaged.ts';

const own = 'arn:${AWS::Partition}:';
const here = '${AWS::Region}:${AWS::AccountId}:';

/** All permissions of the roles, by resource. docs/failures.md says which function makes which call. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  'Table.Arn': ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
  '${Table.Arn}/index/gsi1': ['dynamodb:Query'],
  '${Table.Arn}/index/gsi2': ['dynamodb:Query'],
  [`${own}secretsmanager:${here}secret:sallyport-dev/<of one purpose>-??????`]: [
    'secretsmanager:GetSecretValue',
  ],
  'UserPool.Arn': [
    'cognito-idp:AddUserPoolClientSecret',
    'cognito-idp:CreateUserPoolClient',
    'cognito-idp:DeleteUserPoolClient',
    'cognito-idp:DeleteUserPoolClientSecret',
    'cognito-idp:ListUserPoolClientSecrets',
    'cognito-idp:ListUserPoolClients',
  ],
  // Where the stage has no identity pool, the parameter is empty, and so is the name of the pool.
  [`${own}cognito-identity:${here}identitypool/\${IdentityPoolId}`]: [
    'cognito-identity:GetOpenIdTokenForDeveloperIdentity',
  ],
  'SigningKeyBlue.Arn': ['kms:GetPublicKey', 'kms:Sign'],
  'SigningKeyGreen.Arn': ['kms:GetPublicKey', 'kms:Sign'],
  'LinkKey.Arn': ['kms:GenerateMac'],
  'CodeKey.Arn': ['kms:GenerateMac', 'kms:VerifyMac'],
  'ApiKeyValueKey.Arn': ['kms:GenerateMac'],
  'SealingKey.Arn': ['kms:GenerateMac'],
  'ProviderSecretKey.Arn': ['kms:Decrypt', 'kms:Encrypt'],
  // Only through the service that stores the data. A condition names the service.
  'DataKey.Arn': ['kms:Decrypt', 'kms:GenerateDataKey'],
  'OnboardingStateMachine.Arn': [
    'states:ListExecutions',
    'states:SendTaskFailure',
    'states:SendTaskSuccess',
    'states:StartExecution',
  ],
  // Executions of this machine get their names when they are started.
  [`${own}states:${here}execution:\${OnboardingStateMachine.Name}:*`]: ['states:DescribeExecution'],
  [`${own}apigateway:\${AWS::Region}::/apikeys`]: ['apigateway:GET', 'apigateway:POST'],
  // API keys get their ids when they are created.
  [`${own}apigateway:\${AWS::Region}::/apikeys/*`]: ['apigateway:DELETE'],
  [`${own}apigateway:\${AWS::Region}::/usageplans`]: ['apigateway:GET'],
  [`${own}apigateway:\${AWS::Region}::/restapis/\${ApiGatewayRestApi}/stages/dev/cache/authorizers`]: [
    'apigateway:DELETE',
  ],
  // Only reads whether a key is on a plan.
  [`${own}apigateway:\${AWS::Region}::/usageplans/*/keys/*`]: ['apigateway:GET'],
  [`${own}apigateway:\${AWS::Region}::/usageplans/<plan>/keys`]: ['apigateway:POST'],
  // In the SES sandbox, the recipient's identity is checked too. A condition restricts the senders.
  [`${own}ses:${here}identity/*`]: ['ses:SendEmail'],
  [`${own}ses:${here}configuration-set/sallyport-dev`]: ['ses:SendEmail'],
  [`${own}events:${here}event-bus/default`]: ['events:PutEvents'],
  'FailedEvents.Arn': ['sqs:SendMessage'],
  Alerts: ['sns:Publish'],
  '<a log group>.Arn': ['logs:CreateLogStream', 'logs:PutLogEvents'],
  '<a step>.Arn': ['lambda:InvokeFunction'],
  // X-Ray and log delivery do not support resource-level permissions.
  '*': [
    'logs:CreateLogDelivery',
    'logs:DeleteLogDelivery',
    'logs:DescribeLogGroups',
    'logs:DescribeResourcePolicies',
    'logs:GetLogDelivery',
    'logs:ListLogDeliveries',
    'logs:PutResourcePolicy',
    'logs:UpdateLogDelivery',
    'xray:GetSamplingRules',
    'xray:GetSamplingTargets',
    'xray:PutTelemetryRecords',
    'xray:PutTraceSegments',
  ],
};

/** Returns the kind of a resource. Several resources of a kind count once. */
const kindOf = (resource: string): string =>
  resource
    .replace(/^\w+LogGroup\.Arn$/, '<a log group>.Arn')
    .replace(/^\w+LambdaFunction\.Arn$/, '<a step>.Arn')
    .replace(/usageplans\/\$\{UsagePlan\w+\}/, 'usageplans/<plan>')
    .replace(
      /sallyport-dev\/(?:webhook|servicenow|okta-\w+)-\?{6}$/,
      'sallyport-dev/<of one purpose>-??????',
    );

const statements = Object.entries(resources).flatMap(([id, { Properties }]) =>
  allowingStatements(Properties).map((statement) => ({ id, ...statement })),
);
const ofRoles = statements.filter(({ Principal }) => Principal === undefined);
const ofResources = statements.flatMap(({ id, Principal, Action, Condition }) =>
  Principal === undefined ? [] : [{ id, Principal, Action, Condition }],
);
const wholeAccount = 'arn:${AWS::Partition}:iam::${AWS::AccountId}:root';

describe('X-7 what roles may do', () => {
  it('is on this list, and nothing on the list is spare', () => {
    const found = new Map<string, Set<string>>();
    for (const { Action, Resource } of ofRoles) {
      for (const resource of Resource.map(kindOf)) {
        found.set(resource, new Set([...(found.get(resource) ?? []), ...Action]));
      }
    }
    expect(
      Object.fromEntries([...found].map(([resource, actions]) => [resource, [...actions].toSorted()])),
    ).toEqual(allowed);
  });

  // Threat T-137
  it('at the identity pool is for the function token alone, where the stage has a pool', () => {
    const ofPool = Object.entries(resources).filter(([, resource]) =>
      JSON.stringify(resource).includes('cognito-identity:'),
    );
    expect(ofPool.map(([name]) => name)).toEqual(['TokenRole']);
    // Without a pool, the right is one on `identitypool/`, which is no pool.
    expect(template.Parameters['IdentityPoolId']?.['Default']).toBe('');
  });

  // Threat T-75
  it('is for one function only: each has a role, and writes no log but its own', () => {
    const roles = ofType('AWS::Lambda::Function').map(({ Properties }) => textOf(Properties['Role']));
    expect(new Set(roles).size).toBe(roles.length);
    for (const { Properties } of ofType('AWS::Lambda::Function')) {
      const logs = ofRoles
        .filter(
          ({ id, Action }) =>
            `${id}.Arn` === textOf(Properties['Role']) && Action.includes('logs:PutLogEvents'),
        )
        .flatMap(({ Resource }) => Resource);
      expect(logs.map((log) => resources[log.replace('.Arn', '')]?.Properties['LogGroupName'])).toEqual([
        `/aws/lambda/${String(Properties['FunctionName'])}`,
      ]);
    }
  });

  it('with the key of the data is bound to a service or to the state machine', () => {
    for (const { id, Resource, Condition } of ofRoles.filter(
      ({ Resource: [first] }) => first === 'DataKey.Arn',
    )) {
      expect(Resource, id).toEqual(['DataKey.Arn']);
      expect(JSON.stringify(Condition), id).toMatch(/kms:(?:ViaService|EncryptionContext)/);
    }
  });
});

describe('X-7 whom resources let in', () => {
  it('roles: the service that they are for', () => {
    const trusted = ofResources
      .filter(({ Action }) => Action.includes('sts:AssumeRole'))
      .map(({ id, Principal }) => `${id}: ${JSON.stringify(Principal)}`);
    const lambdaRoles = ofType('AWS::Lambda::Function').map(
      ({ Properties }) =>
        `${textOf(Properties['Role']).replace('.Arn', '')}: {"Service":"lambda.amazonaws.com"}`,
    );
    expect(trusted.toSorted()).toEqual(
      [
        ...lambdaRoles,
        'OnboardingStateMachineRole: {"Service":"states.amazonaws.com"}',
        'AlertsPublishingRole: {"Service":"events.amazonaws.com"}',
      ].toSorted(),
    );
  });

  it('the others: the account itself, by IAM, and services, for one purpose each', () => {
    const others = ofResources
      .filter(({ Action }) => !Action.includes('sts:AssumeRole'))
      .map(({ id, Principal, Action, Condition }) => ({
        id,
        to: Object.values(Principal).map(textOf).join(),
        may: Action.join(' '),
        if: Object.values(Condition)
          .flatMap((keys) => Object.keys(keys ?? {}))
          .join(' '),
      }));
    expect(others).toEqual([
      { id: 'LinkKey', to: wholeAccount, may: 'kms:*', if: '' },
      { id: 'CodeKey', to: wholeAccount, may: 'kms:*', if: '' },
      { id: 'ApiKeyValueKey', to: wholeAccount, may: 'kms:*', if: '' },
      { id: 'SealingKey', to: wholeAccount, may: 'kms:*', if: '' },
      { id: 'ProviderSecretKey', to: wholeAccount, may: 'kms:*', if: '' },
      { id: 'SigningKeyBlue', to: wholeAccount, may: 'kms:*', if: '' },
      { id: 'SigningKeyGreen', to: wholeAccount, may: 'kms:*', if: '' },
      { id: 'DataKey', to: wholeAccount, may: 'kms:*', if: '' },
      // Anyone who may use the table may use the key. The table's permissions decide who reads it; the key's
      // conditions decide through which service.
      {
        id: 'DataKey',
        to: '*',
        may: 'kms:Encrypt kms:Decrypt kms:ReEncryptFrom kms:ReEncryptTo kms:GenerateDataKey kms:GenerateDataKeyWithoutPlaintext kms:CreateGrant kms:DescribeKey',
        if: 'kms:CallerAccount kms:ViaService',
      },
      {
        id: 'DataKey',
        to: 'events.amazonaws.com',
        may: 'kms:Decrypt kms:GenerateDataKey',
        if: 'kms:EncryptionContext:aws:sqs:arn',
      },
      {
        id: 'DataKey',
        to: 'cloudwatch.amazonaws.com',
        may: 'kms:Decrypt kms:GenerateDataKey',
        if: 'kms:EncryptionContext:aws:sns:topicArn',
      },
      {
        id: 'DataKey',
        to: 'logs.${AWS::Region}.amazonaws.com',
        may: 'kms:Encrypt kms:Decrypt kms:ReEncryptFrom kms:ReEncryptTo kms:GenerateDataKey kms:DescribeKey',
        if: 'kms:EncryptionContext:aws:logs:arn',
      },
      {
        id: 'DataKey',
        to: 'delivery.logs.amazonaws.com',
        may: 'kms:Decrypt',
        if: 'kms:EncryptionContext:SourceArn',
      },
      { id: 'FailedEventsPolicy', to: 'events.amazonaws.com', may: 'sqs:SendMessage', if: 'aws:SourceArn' },
      { id: 'AlertsPolicy', to: 'cloudwatch.amazonaws.com', may: 'sns:Publish', if: 'aws:SourceArn' },
    ]);
  });
});
