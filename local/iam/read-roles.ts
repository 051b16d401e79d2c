import * as z from 'zod';
import type { Catalogue } from '../../core/catalogue/catalogue.ts';
import { mailIdentityArns } from '../../resources/mail-identities.ts';
import { usagePlanIds, usagePlanKeyArns } from '../../resources/usage-plans.ts';
import { restApiId } from '../aws/api-gateway/api-gateway.ts';
import { usagePlanId } from '../aws/api-gateway/usage-plans.ts';
import { tableName } from '../aws/dynamodb.ts';
import { dataKeyArn, keyArnOf, macKeyArn } from '../aws/kms.ts';
import { oktaSigningKeyIds, signingKeyIds } from '../aws/kms-signing-keys.ts';
import { arnOf } from '../aws/service.ts';
import { DeploymentInvalid, type DeploymentSource } from '../deployment/deployment.ts';
import type { ResourceDescription } from '../deployment/description.ts';
import { type Meanings, resolve, Unresolved } from '../deployment/expressions.ts';
import { describeDeployment } from '../deployment/read-deployment.ts';
import { mailConfigurationSet, userPoolArn } from './needs.ts';
import type { Permission, Role } from './role.ts';

const oneOrMore = z.unknown().transform((value): readonly unknown[] => [value].flat());
const statement = z.strictObject({
  Effect: z.literal('Allow'),
  Action: z.union([z.string().transform((one) => [one]), z.array(z.string())]),
  Resource: oneOrMore,
  Condition: z.strictObject({ StringEquals: z.record(z.string(), oneOrMore) }).optional(),
});
const policyDocument = z.strictObject({ Version: z.literal('2012-10-17'), Statement: z.array(statement) });
const reference = z.strictObject({ Ref: z.string() });
const role = z.strictObject({
  AssumeRolePolicyDocument: z.unknown(),
  ManagedPolicyArns: z.array(reference).default([]),
  Policies: z.array(z.strictObject({ PolicyName: z.string(), PolicyDocument: policyDocument })).default([]),
});
const rolePolicy = z.strictObject({ RoleName: reference, PolicyName: z.string(), PolicyDocument: policyDocument });
const managedPolicy = z.strictObject({ Description: z.string().optional(), PolicyDocument: policyDocument });

/**
 * The functions' roles, with the policies that stand apart from them. Only what these roles contain is understood:
 * statements that allow, under conditions of `StringEquals` at most.
 * @throws {DeploymentInvalid} with everything else, and where it stands
 */
export function readRoles(source: DeploymentSource): Role[] {
  const { description: { functions, resources }, prefix, meanings } = describeDeployment(source);
  const faults: string[] = [];
  const parsed = <Content>({ logicalId, Properties }: ResourceDescription, schema: z.ZodType<Content>): Content[] => {
    const result = schema.safeParse(Properties);
    if (result.success) return [result.data];
    faults.push(`${logicalId} holds what the twin cannot enforce:\n${z.prettifyError(result.error)}`);
    return [];
  };
  const ofType = (type: string): ResourceDescription[] => resources.filter(({ Type }) => Type === type);
  const apart = ofType('AWS::IAM::RolePolicy').flatMap((each) => parsed(each, rolePolicy));
  for (const { logicalId, Type } of resources) {
    if (Type.startsWith('AWS::IAM::') && !understood.includes(Type)) faults.push(`${logicalId} is ${Type}; the twin enforces ${understood.join(', ')}`);
  }

  const managed = (name: string, where: string): z.infer<typeof policyDocument>[] => {
    const found = ofType('AWS::IAM::ManagedPolicy').find(({ logicalId }) => logicalId === name);
    if (found === undefined) faults.push(`${where}: there is no managed policy ${name}`);
    return found === undefined ? [] : parsed(found, managedPolicy).map(({ PolicyDocument }) => PolicyDocument);
  };
  const known: Meanings = { ...meanings, values: { ...meanings.values, ...resourceNames(source.catalogue, prefix) } };
  const text = (value: unknown, where: string): string => {
    try {
      return resolve(value, known);
    } catch (error) {
      if (!(error instanceof Unresolved)) throw error;
      faults.push(`${where}: ${error.message} means nothing here`);
      return '';
    }
  };
  const permissionsOf = ({ Action, Resource, Condition }: z.infer<typeof statement>, where: string): Permission[] => {
    const conditions = Object.fromEntries(Object.entries(Condition?.StringEquals ?? {})
      .map(([key, values]) => [key, values.map((value) => text(value, where))]));
    const named = Resource.flatMap((each) => fromCatalogue(each, source.catalogue)).map((each) => text(each, where));
    return Action.flatMap((action) => named.map((resource) => ({ action, resource, conditions })));
  };

  const roles = functions.flatMap(({ name, role: roleId }) => {
    const found = ofType('AWS::IAM::Role').find(({ logicalId }) => logicalId === roleId);
    if (found === undefined) faults.push(`function ${name} names no role that is there`);
    return found === undefined ? [] : parsed(found, role).map(({ ManagedPolicyArns, Policies }): Role => ({
      name: `${prefix}${found.logicalId}`,
      functionName: `${prefix}${name}`,
      permissions: [
        ...Policies.map(({ PolicyDocument }) => PolicyDocument),
        ...apart.filter(({ RoleName }) => RoleName.Ref === found.logicalId).map(({ PolicyDocument }) => PolicyDocument),
        ...ManagedPolicyArns.flatMap(({ Ref }) => managed(Ref, found.logicalId)),
      ].flatMap(({ Statement }) => Statement.flatMap((each) => permissionsOf(each, found.logicalId))),
    }));
  });
  if (faults.length > 0) throw new DeploymentInvalid([...new Set(faults)]);
  return roles;
}

const understood = ['AWS::IAM::Role', 'AWS::IAM::RolePolicy', 'AWS::IAM::ManagedPolicy'];

/** Where a statement takes its resources from the catalogue, the twin makes them by the same functions as the framework. */
function fromCatalogue(resource: unknown, catalogue: Catalogue): readonly unknown[] {
  switch (resource) {
    case '${file(resources/catalogue.cjs):usagePlanKeys}': return usagePlanKeyArns(catalogue);
    case '${file(resources/catalogue.cjs):mailIdentities}': return mailIdentityArns(catalogue);
    default: return [resource];
  }
}

/** What only roles refer to. */
const resourceNames = (catalogue: Catalogue, prefix: string): Record<string, string> => ({
  'Table.Arn': arnOf('dynamodb', `table/${tableName}`),
  'UserPool.Arn': userPoolArn,
  'MacKey.Arn': macKeyArn,
  'DataKey.Arn': dataKeyArn,
  'SigningKeyBlue.Arn': keyArnOf(signingKeyIds[0]),
  'SigningKeyGreen.Arn': keyArnOf(signingKeyIds[1]),
  'OktaManagerKey.Arn': keyArnOf(oktaSigningKeyIds.manager),
  'OktaReaderKey.Arn': keyArnOf(oktaSigningKeyIds.reader),
  'OktaLoginKey.Arn': keyArnOf(oktaSigningKeyIds.login),
  'FailedEvents.Arn': arnOf('sqs', `${prefix}failed-events`),
  MailConfigurationSet: mailConfigurationSet,
  ApiGatewayRestApi: restApiId,
  ...Object.fromEntries(Object.entries(usagePlanIds(catalogue)).map(([ratePlan, logicalId]) => [logicalId, usagePlanId(`${prefix}${ratePlan}`)])),
});
