import { readdirSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DeploymentInvalid } from '../../local/deployment/deployment.ts';
import { readRoles } from '../../local/iam/read-roles.ts';
import { covers, type Need, type Permission, type Role } from '../../local/iam/role.ts';
import { readCatalogueSource } from '../../resources/catalogue-source.ts';

const { catalogue } = readCatalogueSource('catalogue.yml');
const read = (root: string): Role[] => readRoles({ root, catalogue, environment: 'DEV', backendUrl: 'http://127.0.0.1:3004', locals: { Table: 'sallyport-dev' } });

describe('the roles as they are packaged', () => {
  const roles = read(process.cwd());
  const granted = (functionName: string): string[] => roles.filter((role) => role.functionName === `sallyport-dev-${functionName}`)
    .flatMap(({ permissions }) => permissions.map(({ action, resource }) => `${action} ${resource.replace(/^arn:aws:[^:]+:[^:]*:\d*:/u, '')}`))
    .filter((permission) => !/^(?:logs|xray):/u.test(permission));

  it('there is one for each function', () => {
    expect(new Set(roles.map(({ name }) => name)).size).toBe(readdirSync('functions').length);
    expect(roles.find(({ functionName }) => functionName === 'sallyport-dev-token')?.name).toBe('sallyport-dev-TokenRole');
  });

  it('with what stands in the function\'s own role, with references resolved', () => {
    expect(granted('onboarding-sweep').slice(0, 4)).toEqual([
      'dynamodb:GetItem table/sallyport-dev', 'dynamodb:UpdateItem table/sallyport-dev',
      'dynamodb:Query table/sallyport-dev/index/gsi2', 'states:StartExecution stateMachine:sallyport-dev-onboarding',
    ]);
  });

  it('with policies apart from it', () => {
    expect(granted('ewacs-account')).toEqual([
      'secretsmanager:GetSecretValue secret:sallyport-dev/servicenow-??????',
      'dynamodb:GetItem table/sallyport-dev', 'dynamodb:UpdateItem table/sallyport-dev',
      'states:SendTaskSuccess stateMachine:sallyport-dev-onboarding', 'states:SendTaskFailure stateMachine:sallyport-dev-onboarding',
    ]);
  });

  it('with managed policies, and conditions', () => {
    expect(roles.find(({ functionName }) => functionName === 'sallyport-dev-mail-events')?.permissions.slice(-3)).toEqual([
      { action: 'sqs:SendMessage', resource: 'arn:aws:sqs:eu-west-1:000000000000:sallyport-dev-failed-events', conditions: {} },
      { action: 'kms:Decrypt', resource: expect.any(String) as string, conditions: { 'kms:ViaService': ['sqs.eu-west-1.amazonaws.com'] } },
      { action: 'kms:GenerateDataKey', resource: expect.any(String) as string, conditions: { 'kms:ViaService': ['sqs.eu-west-1.amazonaws.com'] } },
    ]);
  });
});

describe('a role that holds what the twin cannot enforce keeps it from starting:', () => {
  let root: string;
  const file = 'functions/authorizer/function.yml';
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'sallyport-roles-'));
    for (const part of ['functions', 'resources', 'serverless.yml']) await cp(part, join(root, part), { recursive: true });
  });
  afterAll(() => rm(root, { recursive: true }));

  it.each([
    ['a statement that denies', 'Effect: Allow', 'Effect: Deny', /AuthorizerRole holds what the twin cannot enforce:[^]*Effect/u],
    ['all but some actions', 'Action: dynamodb:GetItem', 'NotAction: dynamodb:GetItem', /AuthorizerRole holds what the twin cannot enforce:[^]*NotAction/u],
    ['another condition', 'Action: dynamodb:GetItem', 'Action: dynamodb:GetItem\n                  Condition: { IpAddress: { aws:SourceIp: 10.0.0.0/8 } }', /AuthorizerRole holds what the twin cannot enforce:[^]*IpAddress/u],
    ['a resource that is nothing here', 'Fn::GetAtt: [Table, Arn]', 'Fn::GetAtt: [Tablet, Arn]', /AuthorizerRole: Fn::GetAtt Tablet\.Arn means nothing here/u],
    ['a managed policy that is not there', 'Ref: Tracing', 'Ref: Trace', /AuthorizerRole: there is no managed policy Trace/u],
    ['no role', 'role: AuthorizerRole', 'role: AuthoriserRole', /function authorizer names no role that is there/u],
    ['another kind of policy', 'Type: AWS::IAM::Role', 'Type: AWS::IAM::Group', /AuthorizerRole is AWS::IAM::Group; the twin enforces AWS::IAM::Role/u],
  ])('%s', async (_what, from, to, message) => {
    const packaged = await readFile(file, 'utf8');
    expect(packaged).toContain(from);
    await writeFile(join(root, file), packaged.replace(from, to));
    expect(() => read(root)).toThrow(DeploymentInvalid);
    expect(() => read(root)).toThrow(message);
  });
});

describe('a permission covers', () => {
  const permission = (action: string, resource: string, conditions: Permission['conditions'] = {}): Permission => ({ action, resource, conditions });
  const need: Need = { action: 'apigateway:DELETE', resource: 'arn:aws:apigateway:eu-west-1::/apikeys/a.b', context: { key: 'one' } };

  it.each([
    ['the same', permission(need.action, need.resource), true],
    ['an action in other letters', permission('APIGateway:delete', need.resource), true],
    ['everything after an asterisk', permission('apigateway:*', 'arn:aws:apigateway:eu-west-1::/*'), true],
    ['one character for a question mark', permission(need.action, 'arn:aws:apigateway:eu-west-1::/apikeys/a?b'), true],
    ['one of a condition\'s values', permission(need.action, '*', { key: ['two', 'one'] }), true],
    ['no other resource', permission(need.action, 'arn:aws:apigateway:eu-west-1::/apikeys'), false],
    ['no resource in other letters', permission(need.action, need.resource.toUpperCase()), false],
    ['no character for a dot', permission(need.action, need.resource.replace('a.b', 'a.')), false],
    ['no other action', permission('apigateway:GET', need.resource), false],
    ['no other value of a condition', permission(need.action, '*', { key: ['two'] }), false],
    ['nothing on a condition that the request does not have', permission(need.action, '*', { other: ['one'] }), false],
  ])('%s', (_what, granting, covered) => {
    expect(covers(granting, need)).toBe(covered);
  });
});
