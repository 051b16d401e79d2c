import * as z from 'zod';
import { DeploymentInvalid, type Stack } from '../cloudformation/stack.ts';
import { conditionOperators, type Permission, type IamRole } from '../iam/role.ts';
import { rolesOfFunctions } from './functions.ts';
import { understood } from './understood.ts';

const oneOrMore = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const conditionSchemas = Object.fromEntries(
  conditionOperators.map((operator) => [operator, z.record(z.string(), oneOrMore).optional()]),
);
const policyDocument = z.strictObject({
  Version: z.literal('2012-10-17'),
  // The twin enforces only statements that allow, with conditions that it can evaluate.
  Statement: z.array(
    z.strictObject({
      Effect: z.literal('Allow'),
      Action: oneOrMore,
      Resource: oneOrMore,
      Condition: z.strictObject(conditionSchemas).default({}),
    }),
  ),
});
type PolicyDocument = z.infer<typeof policyDocument>;

const role = z.strictObject({
  RoleName: z.string().optional(),
  AssumeRolePolicyDocument: z.unknown(),
  ManagedPolicyArns: z.array(z.string()).default([]),
  Policies: z.array(z.strictObject({ PolicyName: z.string(), PolicyDocument: policyDocument })).default([]),
});
const rolePolicy = z.strictObject({
  RoleName: z.string(),
  PolicyName: z.string(),
  PolicyDocument: policyDocument,
});
const managedPolicy = z.strictObject({ Description: z.string().optional(), PolicyDocument: policyDocument });

/**
 * Returns the functions' roles with every policy that is attached to them.
 *
 * @throws {DeploymentInvalid} with everything that the twin cannot enforce, and with roles and policies that
 * do not exist
 */
export function deployedRoles(stack: Stack): IamRole[] {
  const policiesByRole = Map.groupBy(
    stack.ofType('AWS::IAM::RolePolicy').map((resource) => understood(resource, rolePolicy)),
    ({ RoleName }) => RoleName,
  );
  const managedPolicies = new Map(
    stack
      .ofType('AWS::IAM::ManagedPolicy')
      .map((resource) => [resource.id, understood(resource, managedPolicy).PolicyDocument]),
  );
  const managed = (arn: string, where: string): PolicyDocument => {
    const found = managedPolicies.get(arn);
    if (found === undefined) {
      throw new DeploymentInvalid([`${where}: the twin does not know the managed policy ${arn}`]);
    }
    return found;
  };

  const rolesById = new Map(stack.ofType('AWS::IAM::Role').map((resource) => [resource.id, resource]));
  return [...rolesOfFunctions(stack)].map(([functionName, roleArn]) => {
    const name = roleArn.slice(roleArn.lastIndexOf('/') + 1);
    const resource = rolesById.get(name);
    if (resource === undefined) {
      throw new DeploymentInvalid([`function ${functionName}: there is no role ${roleArn}`]);
    }
    const { ManagedPolicyArns, Policies } = understood(resource, role);
    const documents = [
      ...Policies.map(({ PolicyDocument }) => PolicyDocument),
      ...(policiesByRole.get(name) ?? []).map(({ PolicyDocument }) => PolicyDocument),
      ...ManagedPolicyArns.map((arn) => managed(arn, resource.logicalId)),
    ];
    return { name, functionName, permissions: documents.flatMap(permissionsOf) };
  });
}

function permissionsOf({ Statement }: PolicyDocument): Permission[] {
  return Statement.flatMap(({ Action, Resource, Condition }) => {
    return Action.flatMap((action) =>
      Resource.map((resource) => ({ action, resource, conditions: Condition })),
    );
  });
}
