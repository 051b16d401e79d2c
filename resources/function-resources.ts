import type { FunctionFile, Grant } from './function-file.ts';
import { logGroupId } from './functions.ts';
import { arnOfGranted } from './granted-resource.ts';

/** Returns the handler of a function: the export `handler` of its handler.ts. */
export const handlerOf = (name: string): string => `functions/${name}/handler.handler`;

/** Returns the logical id of a function's role: `RequestIntakeRole`. */
export const roleId = (name: string): string =>
  `${name
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')}Role`;

/** Returns a function as the framework expects it under `functions`. */
export const functionSettings = (
  name: string,
  { settings }: FunctionFile,
): Readonly<Record<string, unknown>> => ({
  handler: handlerOf(name),
  role: roleId(name),
  ...settings,
  package: { artifact: `build/${name}.zip` },
});

/** Returns the role of a function, and the other resources that its function.yml declares. */
export function functionResources(
  name: string,
  { rights, resources }: FunctionFile,
): Readonly<Record<string, unknown>> {
  const ownLog = {
    Effect: 'Allow',
    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    Resource: { 'Fn::GetAtt': [logGroupId(name), 'Arn'] },
  };
  return {
    [roleId(name)]: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
          ],
        },
        ManagedPolicyArns: ['Tracing', ...rights.managed].map((policy) => ({ Ref: policy })),
        Policies: [
          {
            PolicyName: name,
            PolicyDocument: { Version: '2012-10-17', Statement: [ownLog, ...rights.allow.map(statementOf)] },
          },
        ],
      },
    },
    ...resources,
  };
}

const statementOf = ({ resource, actions, condition }: Grant): Readonly<Record<string, unknown>> => ({
  Effect: 'Allow',
  Action: actions,
  Resource: arnOfGranted(resource),
  ...(condition !== undefined && { Condition: condition }),
});
