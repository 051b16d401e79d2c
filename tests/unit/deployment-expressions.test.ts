import { describe, expect, it } from 'vitest';
import { resolve, Unresolved } from '../../local/deployment/expressions.ts';

const meanings = {
  stage: 'dev',
  self: { service: 'sallyport', custom: { prefix: '${self:service}-${sls:stage}-', empty: '' } },
  values: {
    'Table': 'sallyport-dev', 'UserPool': 'eu-west-1_sallyport', 'UserPool.ProviderURL': 'http://127.0.0.1:3001/eu-west-1_sallyport',
    'AWS::Region': 'eu-west-1', 'oktaUrl': 'http://127.0.0.1:3002', 'key': '{"d":"${Table}"}',
  },
};

describe('an expression of the deployment', () => {
  it.each<[unknown, string]>([
    ['plain', 'plain'],
    [30, '30'],
    [true, 'true'],
    ['${param:oktaUrl}/api', 'http://127.0.0.1:3002/api'],
    ['${self:service}-${sls:stage}', 'sallyport-dev'],
    ['${self:custom.prefix}mac', 'sallyport-dev-mac'],
    ['a${self:custom.empty}b', 'ab'],
    [{ Ref: 'Table' }, 'sallyport-dev'],
    [{ Ref: 'AWS::Region' }, 'eu-west-1'],
    [{ 'Fn::GetAtt': ['UserPool', 'ProviderURL'] }, 'http://127.0.0.1:3001/eu-west-1_sallyport'],
    [{ 'Fn::GetAtt': 'UserPool.ProviderURL' }, 'http://127.0.0.1:3001/eu-west-1_sallyport'],
    [{ 'Fn::Sub': '${self:service}/${AWS::Region}/${UserPool}/${UserPool.ProviderURL}' },
      'sallyport/eu-west-1/eu-west-1_sallyport/http://127.0.0.1:3001/eu-west-1_sallyport'],
    [{ 'Fn::Sub': '${param:key}' }, '{"d":"${Table}"}'],
  ])('%j means %s', (value, text) => {
    expect(resolve(value, meanings)).toBe(text);
  });

  it.each<[unknown, string]>([
    ['${param:oktaurl}', '${param:oktaurl}'],
    ['${param:constructor}', '${param:constructor}'],
    ['${self:custom.absent}', '${self:custom.absent}'],
    ['${sls:instanceId}', '${sls:instanceId}'],
    ['${ssm:/okta}', '${ssm:/okta}'],
    ['${Table}', '${Table}'],
    [{ Ref: 'Bucket' }, 'Ref Bucket'],
    [{ 'Fn::GetAtt': ['Table', 'Arn'] }, 'Fn::GetAtt Table.Arn'],
    [{ 'Fn::Sub': 'x-${Bucket}' }, '${Bucket}'],
    [{ 'Fn::Join': ['', ['a']] }, '{"Fn::Join":["",["a"]]}'],
    [null, 'null'],
  ])('%j means nothing here', (value, expression) => {
    expect(() => resolve(value, meanings)).toThrow(new Unresolved(expression));
  });
});
