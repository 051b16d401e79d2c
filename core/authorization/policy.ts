import type { Route } from '../catalogue/catalogue.ts';
import { covers, patternOf } from '../catalogue/route-patterns.ts';

/** An IAM policy over `execute-api:Invoke`, as a Lambda authorizer returns it. */
export interface InvokePolicy {
  readonly Version: '2012-10-17';
  readonly Statement: readonly {
    readonly Action: 'execute-api:Invoke';
    readonly Effect: 'Allow' | 'Deny';
    readonly Resource: readonly string[];
  }[];
}

/**
 * `arn:aws:execute-api:<region>:<account>:<api>/<stage>`: the part of a method ARN that all routes share.
 * @param methodArn of the call, `<api>/<stage>/<method>/<path>`
 */
export function stageArnOf(methodArn: string): string {
  return methodArn.split('/', 2).join('/');
}

/**
 * The whole of what a client may call, so that API Gateway may reuse the answer for its other routes. In a
 * policy `*` also spans slashes: a route that is not granted is denied by name where a granted one covers it.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
 */
export function policyFor(stageArn: string, routes: readonly Route[], scopes: readonly string[]): InvokePolicy {
  const granted = routes.filter(({ scope }) => scopes.includes(scope));
  const hidden = routes.filter((route) => !granted.includes(route) && granted.some((grant) => covers(patternOf(grant), patternOf(route))));
  const arnOf = (route: Route): string => `${stageArn}/${patternOf(route)}`;
  if (granted.length === 0) return denyAll(stageArn);
  return {
    Version: '2012-10-17',
    Statement: [
      { Action: 'execute-api:Invoke', Effect: 'Allow', Resource: granted.map(arnOf) },
      ...(hidden.length === 0 ? [] : [{ Action: 'execute-api:Invoke', Effect: 'Deny', Resource: hidden.map(arnOf) } as const]),
    ],
  };
}

export function denyAll(stageArn: string): InvokePolicy {
  return { Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect: 'Deny', Resource: [`${stageArn}/*`] }] };
}
