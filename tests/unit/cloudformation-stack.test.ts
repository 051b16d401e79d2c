import { describe, expect, it } from 'vitest';
import { createStack, DeploymentInvalid, type StackSource } from '../../local/cloudformation/stack.ts';
import { template } from '../../local/cloudformation/template.ts';

const stackOf = (content: object, source: Partial<StackSource> = {}) =>
  createStack({
    template: template.parse(content),
    name: 'sallyport-dev',
    awsUrl: 'http://127.0.0.1:3001',
    parameters: {},
    ...source,
  });

describe('X-13 a stack of a template', () => {
  it('names resources as CloudFormation does, and makes up the same ids each time', () => {
    const content = {
      Resources: {
        Pool: { Type: 'AWS::Cognito::UserPool', Properties: { UserPoolName: 'sallyport-dev-operators' } },
        Key: { Type: 'AWS::KMS::Key' },
        Replicated: { Type: 'AWS::KMS::Key', Properties: { MultiRegion: true } },
        Step: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'sallyport-dev-step' } },
        Role: { Type: 'AWS::IAM::Role' },
        Names: {
          Type: 'Custom::Names',
          Properties: {
            pool: { 'Fn::GetAtt': ['Pool', 'ProviderURL'] },
            key: { Ref: 'Key' },
            replicated: { 'Fn::GetAtt': ['Replicated', 'Arn'] },
            step: { 'Fn::GetAtt': ['Step', 'Arn'] },
            role: { 'Fn::GetAtt': ['Role', 'Arn'] },
            stack: { Ref: 'AWS::StackName' },
          },
        },
      },
    };
    const [names] = stackOf(content).ofType('Custom::Names');
    expect(names).toEqual({
      logicalId: 'Names',
      type: 'Custom::Names',
      id: 'Names',
      properties: {
        pool: 'http://127.0.0.1:3001/eu-west-1_operators',
        key: expect.stringMatching(
          /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/,
        ) as string,
        replicated: expect.stringMatching(
          /^arn:aws:kms:eu-west-1:000000000000:key\/mrk-[0-9a-f]{32}$/,
        ) as string,
        step: 'arn:aws:lambda:eu-west-1:000000000000:function:sallyport-dev-step',
        role: 'arn:aws:iam::000000000000:role/sallyport-dev-Role',
        stack: 'sallyport-dev',
      },
    });
    expect(stackOf(content).ofType('Custom::Names')).toEqual([names]);
  });

  const withParameter = {
    Parameters: {
      Url: { Type: 'String', Default: 'https://default.example' },
      Kind: { Type: 'String', AllowedValues: ['a', 'b'] },
    },
    Conditions: { IsA: { 'Fn::Equals': [{ Ref: 'Kind' }, 'a'] } },
    Resources: {
      Always: { Type: 'Custom::Thing', Properties: { url: { Ref: 'Url' } } },
      OnlyA: { Type: 'Custom::Thing', Condition: 'IsA', Properties: {} },
    },
  };

  it('has the values of parameters, or their defaults, and the resources whose condition holds', () => {
    const idsOf = (parameters: Record<string, string>) =>
      stackOf(withParameter, { parameters })
        .ofType('Custom::Thing')
        .map(({ logicalId, properties }) => [logicalId, properties]);
    expect(idsOf({ Kind: 'a' })).toEqual([
      ['Always', { url: 'https://default.example' }],
      ['OnlyA', {}],
    ]);
    expect(idsOf({ Kind: 'b', Url: 'http://127.0.0.1' })).toEqual([['Always', { url: 'http://127.0.0.1' }]]);
  });

  it('refuses values of parameters, each by its name', () => {
    expect(() => stackOf(withParameter, { parameters: { Kind: 'c', Kindred: 'a' } })).toThrow(
      new DeploymentInvalid([
        'the template has no parameter Kindred',
        'the parameter Kind must be one of a, b, not c',
      ]),
    );
    expect(() => stackOf(withParameter)).toThrow(
      new DeploymentInvalid(['the parameter Kind has no default, so it needs a value']),
    );
  });

  it('names every expression that it cannot evaluate, and where it stands', () => {
    const stack = stackOf({
      Resources: {
        Step: {
          Type: 'AWS::Lambda::Function',
          Properties: { Role: { Ref: 'Nobody' }, Timeout: { 'Fn::GetAtt': ['Step', 'Speed'] } },
        },
      },
    });
    expect(() => stack.ofType('AWS::Lambda::Function')).toThrow(
      new DeploymentInvalid([
        'AWS::Lambda::Function Step, Role: the twin cannot evaluate Ref Nobody',
        'AWS::Lambda::Function Step, Timeout: the twin cannot evaluate Fn::GetAtt Step.Speed',
      ]),
    );
  });

  it('does not go round in a circle', () => {
    const stack = stackOf({
      Resources: {
        A: { Type: 'AWS::SNS::Topic', Properties: { TopicName: { Ref: 'B' } } },
        B: { Type: 'AWS::SNS::Topic', Properties: { TopicName: { Ref: 'A' } } },
      },
    });
    expect(() => stack.ofType('AWS::SNS::Topic')).toThrow(DeploymentInvalid);
  });
});
