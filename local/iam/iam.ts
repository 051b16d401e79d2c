import { account, AwsError } from '../aws/service.ts';
import type { Store } from '../kernel/store.ts';
import { accessKeyIdOf, signer } from './credentials.ts';
import { covers, type IamRole, matches, type Need, type Permission, valuesOf } from './role.ts';

/**
 * Checks that a request is permitted.
 *
 * @throws the `AwsError` with which the service refuses it
 */
export type Permit = (service: string, needs: readonly Need[]) => void;

/**
 * A permission of a role, and how many requests have needed it. One that is limited to several partition keys
 * of the table is several, each with one of them.
 */
export interface PermissionUse extends Permission {
  readonly role: string;
  readonly used: number;
}

export interface Iam {
  /**
   * Returns the check for the signer of a request. A function may do what its role allows; anybody else may
   * do everything.
   */
  permitOf(authorization: string | undefined): Permit;
  /**
   * Returns the use of every permission of every role since the data folder was created. If a process has
   * ended, up to 99 of its last uses of a permission may be missing.
   */
  uses(): readonly PermissionUse[];
}

/** Enforces the functions' roles. Signatures are not verified: the access key alone identifies the caller. */
export function createIam(store: Store, roles: readonly IamRole[]): Iam {
  const roleByKey = new Map(roles.map((role) => [accessKeyIdOf(role.functionName), role]));
  const kept = store.collection<{ readonly id: string; readonly used: number }>('permissions-used');
  const used = new Map(kept.all().map((each) => [each.id, each.used]));

  const countUse = (id: string): void => {
    const times = (used.get(id) ?? 0) + 1;
    used.set(id, times);
    // Every request passes through here. Writing each use to the store would take longer than the check
    // itself.
    if (times === 1 || times % 100 === 0) kept.put(id, { id, used: times });
  };

  return {
    permitOf: (authorization) => {
      const role = roleByKey.get(signer(authorization) ?? '');
      if (role === undefined) return () => undefined;
      return (service, needs) => {
        const found = needs.map((need) => {
          const permission = role.permissions.find((each) => covers(each, need));
          return { permission: permission ?? denied(service, role, need), need };
        });
        for (const { permission, need } of found) {
          for (const part of partsOf(permission)) {
            if (isUsedBy(part, need)) countUse(idOf(role, part));
          }
        }
      };
    },
    uses: () =>
      roles.flatMap((role) =>
        role.permissions.flatMap(partsOf).map((permission) => ({
          role: role.name,
          ...permission,
          used: used.get(idOf(role, permission)) ?? 0,
        })),
      ),
  };
}

const leadingKeys = 'dynamodb:LeadingKeys';
const leadingKeysOf = ({ conditions }: Permission): readonly string[] =>
  conditions['ForAllValues:StringLike']?.[leadingKeys] ?? [];

/** Returns a permission for each pattern of partition keys that it is limited to. */
function partsOf(permission: Permission): readonly Permission[] {
  const patterns = leadingKeysOf(permission);
  if (patterns.length < 2) return [permission];
  return patterns.map((pattern) => ({
    ...permission,
    conditions: { ...permission.conditions, 'ForAllValues:StringLike': { [leadingKeys]: [pattern] } },
  }));
}

/** Tells whether a request that a permission covers needs this part of it. */
function isUsedBy(part: Permission, need: Need): boolean {
  const patterns = leadingKeysOf(part);
  return (
    patterns.length === 0 ||
    valuesOf(need, leadingKeys).some((value) => patterns.some((pattern) => matches(pattern, value)))
  );
}

const idOf = ({ name }: IamRole, { action, resource, conditions }: Permission): string =>
  [name, action, resource, JSON.stringify(conditions)].join(' ');

/** AWS's wording: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
function denied(service: string, { name, functionName }: IamRole, { action, resource }: Need): never {
  const user = `arn:aws:sts::${account}:assumed-role/${name}/${functionName}`;
  if (service === 'ses') {
    throw new AwsError(
      'AccessDenied',
      `User \`${user}' is not authorized to perform \`${action}' on resource \`${resource}'`,
      403,
    );
  }
  throw new AwsError(
    service === 'stepfunctions' && action.startsWith('kms:')
      ? 'KmsAccessDeniedException'
      : 'AccessDeniedException',
    `User: ${user} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
    service === 'apigateway' || service === 'lambda' ? 403 : 400,
  );
}
