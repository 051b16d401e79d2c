import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { PackagedTemplate } from '../../scripts/packaged-template.ts';
import { describeRights } from '../../scripts/rights-tables.ts';
import { packaged } from '../support/deployed.ts';

// Threat T-75
test('X-7 the page of rights is what the template says, as npm run rights writes it', () => {
  const page = readFileSync('docs/rights.md', 'utf8');
  const [, tables = ''] = /<!-- npm run rights -->\n([^]*)\n\n<!-- end -->/u.exec(page) ?? [];
  expect(tables.split('\n')).toEqual(describeRights(packaged.template).split('\n'));
});

const table = { 'Fn::GetAtt': ['Table', 'Arn'] };
const withStatement = (Statement: object): PackagedTemplate => ({
  ...packaged.template,
  Resources: {
    ...packaged.template.Resources,
    MoreOfToken: {
      DependsOn: [],
      Type: 'AWS::IAM::RolePolicy',
      Properties: { RoleName: { Ref: 'TokenRole' }, PolicyDocument: { Statement: [Statement] } },
    },
  },
});

test.each([
  { Action: 'dynamodb:GetItem', Resource: table },
  {
    Action: ['dynamodb:PutItem'],
    Resource: table,
    Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': 'JTI#*' } },
  },
])('a right to the table that no column shows is refused %#', (statement) => {
  expect(() => describeRights(withStatement(statement))).toThrow(/^token has dynamodb:\w+ on the table/u);
});

test('of several rights to the same records the widest counts, wherever they stand', () => {
  const more = (attributes?: readonly string[]) =>
    describeRights(
      withStatement({
        Action: 'dynamodb:UpdateItem',
        Resource: table,
        Condition: {
          'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['LINK#*', 'JTI#*'] },
          ...(attributes && { 'ForAllValues:StringEquals': { 'dynamodb:Attributes': attributes } }),
        },
      }),
    );
  expect(more()).toContain('| `LINK` | token |  | whole |  |');
  expect(more(['pk', 'state'])).toContain('| `LINK` | token |  | `state` |  |');
  expect(more(['pk', 'state'])).toContain('| `JTI` | token |  | whole |  |');
});
