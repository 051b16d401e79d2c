import type { Route } from '../catalogue/route.ts';
import { longestPolicyFor } from './policy.ts';

/**
 * The maximum size of an authorizer's answer in API Gateway, 8 KB, and the part reserved for all but the
 * policy and the names of scopes.
 */
const maxAnswerBytes = 8 * 1024;
const reservedBytes = 1664;

const longestStage = 'arn:aws-us-gov:execute-api:us-gov-west-1:000000000000:0123456789/production';

/** Tells whether API Gateway accepts an answer of the authorizer as it is. */
export const answerFits = (answer: object): boolean =>
  Buffer.byteLength(JSON.stringify(answer)) <= maxAnswerBytes;

/**
 * Tells whether the policies of a client with these scopes fit API Gateway's answer, whatever scopes its
 * tokens have. A token with fewer scopes may have a longer policy, because it denies what the whole policy
 * allows.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
 */
export function policyFits(routes: readonly Route[], scopes: readonly string[]): boolean {
  const longestPolicy = longestPolicyFor(longestStage, routes, scopes);
  // The answer names each scope once: as one that is in effect, or as one that is lacked.
  const scopeNames = [...new Set([...routes.map(({ scope }) => scope), ...scopes])].join(' ');
  const reserved = reservedBytes + Buffer.byteLength(scopeNames);
  return Buffer.byteLength(JSON.stringify(longestPolicy)) <= maxAnswerBytes - reserved;
}
