import type { Route } from '../catalogue/route.ts';
import { covers, patternOf } from '../catalogue/route-patterns.ts';

/** An IAM policy over `execute-api:Invoke`, as a Lambda authorizer returns it. */
export interface InvokePolicy {
  readonly Version: '2012-10-17';
  readonly Statement: readonly {
    readonly Action: 'execute-api:Invoke';
    readonly Effect: 'Allow' | 'Deny';
    readonly Resource: readonly string[];
    readonly Condition?: { readonly DateLessThan: { readonly 'aws:CurrentTime': string } };
  }[];
}

/**
 * Returns the part of a method ARN that all routes share:
 * `arn:aws:execute-api:<region>:<account>:<api>/<stage>`.
 * @param methodArn the ARN of the call, which ends in `<api>/<stage>/<method>/<path>`
 */
export function stageArnOf(methodArn: string): string {
  return methodArn.slice(0, methodArn.indexOf('/', methodArn.indexOf('/') + 1));
}

/**
 * Builds the policy for everything that a client may call, so that API Gateway may reuse the answer for its
 * other routes. In a policy, `*` also matches slashes. So a route that is not granted is denied explicitly if
 * a granted one covers it. Its name with a slash at the end is denied, too, because API Gateway also accepts
 * that.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
 */
export function policyFor(
  stageArn: string,
  routes: readonly Route[],
  scopes: readonly string[],
): InvokePolicy {
  const granted = routes.filter(({ scope }) => scopes.includes(scope));
  if (granted.length === 0) return denyAll(stageArn);
  const others = routes.filter(({ scope }) => !scopes.includes(scope));
  return policyOf(
    stageArn,
    granted.map(patternOf),
    others.flatMap((other) => spellingsWithin(granted, other)),
  );
}

/**
 * Builds a policy that is at least as long as `policyFor` for these scopes or for any subset of them. Every
 * route that lies within a route of another scope is denied in all its spellings, as for a token that has
 * only the other scope.
 */
export function longestPolicyFor(
  stageArn: string,
  routes: readonly Route[],
  scopes: readonly string[],
): InvokePolicy {
  const granted = routes.filter(({ scope }) => scopes.includes(scope));
  const within = (route: Route): readonly string[] =>
    spellingsWithin(
      granted.filter(({ scope }) => scope !== route.scope),
      route,
    );
  const apart = granted.filter((route) => within(route).length === 0);
  return policyOf(stageArn, apart.map(patternOf), routes.flatMap(within));
}

/** Returns those spellings of a route that one of the other routes covers. */
function spellingsWithin(others: readonly Route[], route: Route): readonly string[] {
  const pattern = patternOf(route);
  const spellings = pattern.endsWith('*') ? [pattern] : [pattern, `${pattern}/`];
  return spellings.filter((spelling) => others.some((other) => covers(patternOf(other), spelling)));
}

function policyOf(stageArn: string, allowed: readonly string[], denied: readonly string[]): InvokePolicy {
  const statement = (Effect: 'Allow' | 'Deny', patterns: readonly string[]) =>
    ({
      Action: 'execute-api:Invoke',
      Effect,
      Resource: patterns.map((pattern) => `${stageArn}/${pattern}`),
    }) as const;
  const denial = denied.length === 0 ? [] : [statement('Deny', denied)];
  return { Version: '2012-10-17', Statement: [statement('Allow', allowed), ...denial] };
}

/** Returns `policyFor` of a client's routes. Each policy is built only once. */
export function createPolicies(
  routes: readonly Route[],
): (stageArn: string, scopes: readonly string[]) => InvokePolicy {
  const known = new Map<string, InvokePolicy>();
  return (stageArn, scopes) => {
    const key = [stageArn, ...scopes].join(' ');
    let policy = known.get(key);
    if (policy === undefined) known.set(key, (policy = policyFor(stageArn, routes, scopes)));
    return policy;
  };
}

/**
 * Limits a policy to the time before `end`, to the second, however long API Gateway caches it.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-aws-condition-keys.html
 */
export function withExpiry({ Version, Statement }: InvokePolicy, end: Date): InvokePolicy {
  const Condition = { DateLessThan: { 'aws:CurrentTime': end.toISOString().replace(/\.\d+Z$/u, 'Z') } };
  return {
    Version,
    Statement: Statement.map((statement) =>
      statement.Effect === 'Allow' ? { ...statement, Condition } : statement,
    ),
  };
}

/** Builds a policy that denies every call. */
export function denyAll(stageArn: string): InvokePolicy {
  return {
    Version: '2012-10-17',
    Statement: [{ Action: 'execute-api:Invoke', Effect: 'Deny', Resource: [`${stageArn}/*`] }],
  };
}
