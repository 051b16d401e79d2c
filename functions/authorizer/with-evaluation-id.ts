import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { sealEvaluation } from '../../adapters/evaluation/seal-evaluation.ts';
import type { SealingKey } from '../../adapters/evaluation/sealing-keys.ts';
import { digestOf } from '../../adapters/tokens/access-tokens.ts';
import type { Authorization } from '../../core/authorization/authorize.ts';
import { factsOf } from '../../core/authorization/evaluation-facts.ts';
import { answerFits } from '../../core/invoke-policies/policy-size.ts';
import type { Decision } from './decide.ts';

/** A decision that API Gateway is told. */
type Authorized = Decision & Required<Pick<Decision, 'authorization'>>;

/**
 * Puts the sealed facts of the decision into the authorization. Without a key, or if the facts or the policy are too
 * long, the evaluation id stays the id of the invocation: it leads to the log.
 */
export async function withEvaluationId(
  { evaluation, authorization, judged }: Authorized,
  event: APIGatewayRequestAuthorizerEvent,
  sealingKey: SealingKey | undefined,
  { catalogueVersion }: { readonly catalogueVersion: string },
): Promise<Authorization> {
  if (sealingKey === undefined || judged === undefined || evaluation.decision === 'unauthorized') {
    return authorization;
  }
  const { at, token, verified, standing } = judged;
  const { principal, expiresAt, issuer } = verified;
  const facts = factsOf({
    at,
    invocationId: authorization.context.invocationId,
    evaluation,
    principal,
    standing,
    token: { digest: digestOf(token), expiresAt, ...(issuer !== undefined && { issuer }) },
    sourceIp: event.requestContext.identity.sourceIp,
    route: { method: event.httpMethod, path: event.resource },
    catalogueVersion,
  });
  const evaluationId = await sealEvaluation(facts, sealingKey);
  if (evaluationId === undefined) return authorization;
  const answer = { ...authorization, context: { ...authorization.context, evaluationId } };
  return answerFits(answer) ? answer : authorization;
}
