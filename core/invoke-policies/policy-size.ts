import type { Route } from '../catalogue/route.ts';
import { longestPolicyFor } from './policy.ts';

/** API Gateway takes an authorizer's answer of 8 KB; this much of it is left to all that is beside the policy. */
const answerBytes = 8 * 1024;
const besideBytes = 1024;

const longestStage = 'arn:aws-us-gov:execute-api:us-gov-west-1:000000000000:0123456789/production';

/**
 * Whether the policy of a client with these scopes, and of its every token, fits API Gateway's answer. A token of
 * fewer scopes may have the longer one: it denies what the whole policy allows.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
 */
export function policyFits(routes: readonly Route[], scopes: readonly string[]): boolean {
  return (
    Buffer.byteLength(JSON.stringify(longestPolicyFor(longestStage, routes, scopes))) <=
    answerBytes - besideBytes
  );
}
