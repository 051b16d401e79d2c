import { describe, expect, it } from 'vitest';
import { evaluate, type Scope, Unresolved } from '../../local/cloudformation/intrinsics.ts';

const references: Readonly<Record<string, unknown>> = {
  Table: 'sallyport-dev',
  'AWS::Region': 'eu-west-1',
  Ports: 3000,
};
const scope: Scope = {
  reference: (name) => {
    if (name === 'AWS::NoValue') return undefined;
    if (!Object.hasOwn(references, name)) throw new Unresolved(`Ref ${name}`);
    return references[name];
  },
  attribute: (logicalId, name) => {
    if (logicalId !== 'UserPool') throw new Unresolved(`Fn::GetAtt ${logicalId}.${name}`);
    return `the pool's ${name}`;
  },
  condition: (name) => name === 'Holds',
};

describe('X-13 an intrinsic function', () => {
  it.each<[string, unknown, unknown]>([
    ['Ref', { Ref: 'Table' }, 'sallyport-dev'],
    ['Fn::GetAtt of a list', { 'Fn::GetAtt': ['UserPool', 'ProviderURL'] }, "the pool's ProviderURL"],
    ['Fn::GetAtt of a text', { 'Fn::GetAtt': 'UserPool.Domain.Name' }, "the pool's Domain.Name"],
    [
      'Fn::Sub',
      { 'Fn::Sub': '${Table}/${AWS::Region}/${UserPool.Arn}/${!Literal}' },
      "sallyport-dev/eu-west-1/the pool's Arn/${Literal}",
    ],
    [
      'Fn::Sub with variables',
      { 'Fn::Sub': ['${a}-${Ports}', { a: { Ref: 'Table' } }] },
      'sallyport-dev-3000',
    ],
    ['Fn::Join', { 'Fn::Join': [':', ['arn', { Ref: 'Table' }, 7]] }, 'arn:sallyport-dev:7'],
    ['Fn::Select of Fn::Split', { 'Fn::Select': ['1', { 'Fn::Split': ['-', { Ref: 'Table' }] }] }, 'dev'],
    ['Fn::If that holds', { 'Fn::If': ['Holds', { Ref: 'Table' }, 'no'] }, 'sallyport-dev'],
    ['Fn::If that does not', { 'Fn::If': ['DoesNot', { Ref: 'Unknown' }, 'no'] }, 'no'],
    ['Fn::Equals', { 'Fn::Equals': [{ Ref: 'Ports' }, '3000'] }, true],
    ['Fn::Not', { 'Fn::Not': [{ 'Fn::Equals': ['a', 'b'] }] }, true],
    ['Fn::And', { 'Fn::And': [{ Condition: 'Holds' }, { Condition: 'DoesNot' }] }, false],
    ['Fn::Or', { 'Fn::Or': [{ Condition: 'Holds' }, { Condition: 'DoesNot' }] }, true],
    ['AWS::NoValue', { kept: [1, { Ref: 'AWS::NoValue' }], left: { Ref: 'AWS::NoValue' } }, { kept: [1] }],
    ['null', { value: null }, { value: null }],
    ['several members, one of them called Ref', { Ref: 'Table', other: 1 }, { Ref: 'Table', other: 1 }],
  ])('%s', (_name, value, expected) => {
    expect(evaluate(value, scope)).toEqual(expected);
  });

  it.each<[unknown, string]>([
    [{ Ref: 'Bucket' }, 'Ref Bucket'],
    [{ Ref: 'constructor' }, 'Ref constructor'],
    [{ Ref: ['Table'] }, 'Ref ["Table"]'],
    [{ 'Fn::GetAtt': ['Table', 'Arn'] }, 'Fn::GetAtt Table.Arn'],
    [{ 'Fn::Sub': 'x-${Bucket}' }, 'Ref Bucket'],
    [{ 'Fn::Select': [3, ['a']] }, 'Fn::Select [3,["a"]]'],
    [{ 'Fn::ImportValue': 'other-stack' }, 'Fn::ImportValue "other-stack"'],
    ['a{{resolve:ssm:/okta/key}}b', '{{resolve:ssm:/okta/key}}'],
  ])('%j cannot be evaluated', (value, expression) => {
    expect(() => evaluate(value, scope)).toThrow(new Unresolved(expression));
  });
});
