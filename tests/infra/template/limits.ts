import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { allowingStatements } from '../statements.ts';
import { ofType, template as dev, uat } from './packaged.ts';

const policies = z.object({ Policies: z.array(z.object({ PolicyDocument: z.unknown() })).default([]) });
const size = (document: unknown): number => JSON.stringify(document).length;

/** Limits that AWS checks only when it creates the stack, and that no template validator knows. */
describe('WF-12 a first deployment is not refused by AWS for', () => {
  it.each([dev, uat])("the prefix of a pool's domain", ({ Resources }) => {
    const prefixes = Object.values(Resources)
      .filter(({ Type }) => Type === 'AWS::Cognito::UserPoolDomain')
      .map(({ Properties }) => z.object({ 'Fn::Sub': z.string() }).parse(Properties['Domain'])['Fn::Sub'])
      .map((prefix) => prefix.replace('${AWS::AccountId}', '123456789012'));
    expect(prefixes).toHaveLength(2);
    // https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-assign-domain-prefix.html
    for (const prefix of prefixes) {
      expect(prefix).toMatch(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/);
      expect(prefix).not.toMatch(/aws|amazon|cognito/);
    }
  });

  it('the size of a policy, names resolved: half of the limit is left', () => {
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    for (const { Properties } of ofType('AWS::IAM::Role')) {
      const sizes = policies.parse(Properties).Policies.map(({ PolicyDocument }) => size(PolicyDocument));
      expect(sizes.reduce((sum, each) => sum + each, 0)).toBeLessThan(10_240 / 2);
    }
    for (const { Properties } of ofType('AWS::IAM::ManagedPolicy')) {
      expect(size(Properties['PolicyDocument'])).toBeLessThan(6144 / 2);
    }
    for (const { Properties } of ofType('AWS::KMS::Key')) {
      expect(size(Properties['KeyPolicy'])).toBeLessThan(32_768 / 2);
    }
  });

  it('a policy of a key that names a role which is not there yet', () => {
    for (const { Properties } of ofType('AWS::KMS::Key')) {
      const principals = allowingStatements(Properties['KeyPolicy']).map(({ Principal }) => Principal);
      expect(JSON.stringify(principals)).not.toMatch(/"Fn::GetAtt"|"Ref"/);
    }
  });

  it('the name of a rule, of at most 64 characters', () => {
    const rules = ofType('AWS::Events::Rule');
    const names = rules.map(({ Properties }) => z.string().default('').parse(Properties['Name']));
    for (const name of names) expect(name.length, name).toBeLessThanOrEqual(64);
  });
});
