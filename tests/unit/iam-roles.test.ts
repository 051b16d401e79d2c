import { describe, expect, it } from 'vitest';
import { createStack, DeploymentInvalid } from '../../local/cloudformation/stack.ts';
import { template } from '../../local/cloudformation/template.ts';
import { deployedRoles } from '../../local/deployment/roles.ts';
import { covers, type Need, type Permission } from '../../local/iam/role.ts';
import { functionNames } from '../../resources/functions.ts';
import { deployment } from '../support/deployed.ts';

describe('the roles as they are packaged', () => {
  const { roles } = deployment;
  const granted = (functionName: string): string[] =>
    roles
      .filter((role) => role.functionName === `sallyport-dev-${functionName}`)
      .flatMap(({ permissions }) =>
        permissions.map(({ action, resource, conditions }) =>
          [
            action,
            resource.replace(/^arn:aws:[^:]+:[^:]*:\d*:/u, ''),
            ...(conditions['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'] ?? []),
          ].join(' '),
        ),
      )
      .filter((permission) => !/^(?:logs|xray):/u.test(permission));

  it('there is one for each function', () => {
    expect(new Set(roles.map(({ name }) => name)).size).toBe(functionNames.length);
    expect(roles.find(({ functionName }) => functionName === 'sallyport-dev-token')?.name).toBe(
      'sallyport-dev-TokenRole',
    );
  });

  it("with what stands in the function's own role, with references resolved", () => {
    expect(granted('onboarding-sweep').slice(0, 6)).toEqual([
      'secretsmanager:GetSecretValue secret:sallyport-dev/servicenow-??????',
      'dynamodb:GetItem table/sallyport-dev TICKET#* ONBOARDING#* ONBOARDING_JOURNAL#* CAPACITY#*',
      'dynamodb:UpdateItem table/sallyport-dev ONBOARDING#* ONBOARDING_JOURNAL#* CAPACITY#*',
      'dynamodb:UpdateItem table/sallyport-dev TICKET#*',
      'dynamodb:Query table/sallyport-dev/index/gsi2 UNSTARTED STARTED WAITING STALLED#* ENDED',
      'states:StartExecution stateMachine:sallyport-dev-onboarding',
    ]);
  });

  it('with policies apart from it', () => {
    expect(granted('ewacs-account')).toEqual([
      'secretsmanager:GetSecretValue secret:sallyport-dev/servicenow-??????',
      'dynamodb:GetItem table/sallyport-dev ONBOARDING#*',
      'dynamodb:UpdateItem table/sallyport-dev ONBOARDING#*',
      'states:SendTaskSuccess stateMachine:sallyport-dev-onboarding',
      'states:SendTaskFailure stateMachine:sallyport-dev-onboarding',
    ]);
  });

  it('with managed policies, and conditions', () => {
    expect(
      roles.find(({ functionName }) => functionName === 'sallyport-dev-mail-events')?.permissions.slice(-3),
    ).toEqual([
      {
        action: 'sqs:SendMessage',
        resource: 'arn:aws:sqs:eu-west-1:000000000000:sallyport-dev-failed-events',
        conditions: {},
      },
      {
        action: 'kms:Decrypt',
        resource: expect.any(String) as string,
        conditions: { StringEquals: { 'kms:ViaService': ['sqs.eu-west-1.amazonaws.com'] } },
      },
      {
        action: 'kms:GenerateDataKey',
        resource: expect.any(String) as string,
        conditions: { StringEquals: { 'kms:ViaService': ['sqs.eu-west-1.amazonaws.com'] } },
      },
    ]);
  });
});

describe('a role that holds what the twin cannot enforce keeps it from starting:', () => {
  const allowed = { Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: '*' };
  const rolesOf = ({
    statement = {},
    managed = 'arn:aws:iam::000000000000:policy/sallyport-dev-Tracing',
    role = 'sallyport-dev-TokenRole',
  }) =>
    deployedRoles(
      createStack({
        name: 'sallyport-dev',
        awsUrl: 'http://127.0.0.1:3001',
        parameters: {},
        template: template.parse({
          Resources: {
            Fn: {
              Type: 'AWS::Lambda::Function',
              Properties: {
                FunctionName: 'sallyport-dev-token',
                Handler: 'functions/token/handler.handler',
                Timeout: 3,
                MemorySize: 128,
                Role: `arn:aws:iam::000000000000:role/${role}`,
              },
            },
            Tracing: {
              Type: 'AWS::IAM::ManagedPolicy',
              Properties: { PolicyDocument: { Version: '2012-10-17', Statement: [allowed] } },
            },
            TokenRole: {
              Type: 'AWS::IAM::Role',
              Properties: {
                AssumeRolePolicyDocument: {},
                ManagedPolicyArns: [managed],
                Policies: [
                  {
                    PolicyName: 'token',
                    PolicyDocument: { Version: '2012-10-17', Statement: [{ ...allowed, ...statement }] },
                  },
                ],
              },
            },
          },
        }),
      }),
    );

  it('what it can enforce does not', () => {
    expect(rolesOf({})).toEqual([
      {
        name: 'sallyport-dev-TokenRole',
        functionName: 'sallyport-dev-token',
        permissions: [1, 2].map(() => ({ action: 'dynamodb:GetItem', resource: '*', conditions: {} })),
      },
    ]);
  });

  it.each([
    [
      'a statement that denies',
      { statement: { Effect: 'Deny' } },
      /TokenRole, Policies\.0\.PolicyDocument\.Statement\.0\.Effect/u,
    ],
    [
      'all but some actions',
      { statement: { Action: undefined, NotAction: 'dynamodb:GetItem' } },
      /Statement\.0: Unrecognized key: "NotAction"/u,
    ],
    [
      'another condition',
      { statement: { Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } } },
      /Unrecognized key: "IpAddress"/u,
    ],
    [
      'a managed policy that is not there',
      { managed: 'arn:aws:iam::aws:policy/AdministratorAccess' },
      /TokenRole: the twin does not know the managed policy arn:aws:iam::aws:policy\/AdministratorAccess/u,
    ],
    [
      'no role',
      { role: 'Nobody' },
      /function sallyport-dev-token: there is no role arn:aws:iam::000000000000:role\/Nobody/u,
    ],
  ])('%s', (_what, wrong, message) => {
    expect(() => rolesOf(wrong)).toThrow(DeploymentInvalid);
    expect(() => rolesOf(wrong)).toThrow(message);
  });
});

describe('a permission covers', () => {
  const permission = (
    action: string,
    resource: string,
    conditions: Permission['conditions'] = {},
  ): Permission => ({ action, resource, conditions });
  const need: Need = {
    action: 'apigateway:DELETE',
    resource: 'arn:aws:apigateway:eu-west-1::/apikeys/a.b',
    context: { key: 'one' },
  };

  it.each([
    ['the same', permission(need.action, need.resource), true],
    ['an action in other letters', permission('APIGateway:delete', need.resource), true],
    ['everything after an asterisk', permission('apigateway:*', 'arn:aws:apigateway:eu-west-1::/*'), true],
    [
      'one character for a question mark',
      permission(need.action, 'arn:aws:apigateway:eu-west-1::/apikeys/a?b'),
      true,
    ],
    [
      "one of a condition's values",
      permission(need.action, '*', { StringEquals: { key: ['two', 'one'] } }),
      true,
    ],
    ['no other resource', permission(need.action, 'arn:aws:apigateway:eu-west-1::/apikeys'), false],
    ['no resource in other letters', permission(need.action, need.resource.toUpperCase()), false],
    ['no character for a dot', permission(need.action, need.resource.replace('a.b', 'a.')), false],
    ['no other action', permission('apigateway:GET', need.resource), false],
    [
      'no other value of a condition',
      permission(need.action, '*', { StringEquals: { key: ['two'] } }),
      false,
    ],
    [
      'nothing on a condition that the request does not have',
      permission(need.action, '*', { StringEquals: { other: ['one'] } }),
      false,
    ],
    [
      'what lacks the key of a condition that holds without it',
      permission(need.action, '*', { StringEqualsIfExists: { other: ['one'] } }),
      true,
    ],
    [
      'one of the values of a condition that holds without its key',
      permission(need.action, '*', { StringEqualsIfExists: { key: ['two', 'one'] } }),
      true,
    ],
    [
      'no other value of a condition that holds without its key',
      permission(need.action, '*', { StringEqualsIfExists: { key: ['two'] } }),
      false,
    ],
  ])('%s', (_what, granting, covered) => {
    expect(covers(granting, need)).toBe(covered);
  });
});
