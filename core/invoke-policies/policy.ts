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
 * `arn:aws:execute-api:<region>:<account>:<api>/<stage>`: the part of a method ARN that all routes share.
 * @param methodArn of the call, `<api>/<stage>/<method>/<path>`
 */
export function stageArnOf(methodArn: string): string {
  return methodArn.slice(0, methodArn.indexOf('/', methodArn.indexOf('/') + 1));
}

/**
 * The whole of what a client may call, so that API Gateway may reuse the answer for its other routes. In a
 * policy `*` also spans slashes: a route that is not granted is denied by name where a granted one covers it, and so
 * is its name with a slash at the end, by which API Gateway finds it, too.
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
 * At least as long as `policyFor` of these scopes or of any fewer: whatever lies within another scope's route is
 * denied by all its spellings, as for a token that has the other scope alone.
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

/** What a route is called by, as far as one of the others covers it. */
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

/** `policyFor` of a client's routes, each policy worked out once. */
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
 * The same up to a moment, to the second, for as long as API Gateway may remember it.
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

export function denyAll(stageArn: string): InvokePolicy {
  return {
    Version: '2012-10-17',
    Statement: [{ Action: 'execute-api:Invoke', Effect: 'Deny', Resource: [`${stageArn}/*`] }],
  };
}
