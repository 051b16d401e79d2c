import type { APIGatewayRequestAuthorizerEvent, Context } from 'aws-lambda';
import type { Authorization } from '../../core/authorization/authorize.ts';
import { createLog } from '../../middleware/log.ts';
import { decide } from './decide.ts';
import { dependencies } from './dependencies.ts';
import { logDecision } from './log-decision.ts';
import { withEvaluationId } from './with-evaluation-id.ts';

const authorizer = dependencies(process.env);
const log = createLog('authorizer');

/** The REQUEST authorizer of every product route (WF-10, WF-11). */
export const handler = async (
  event: APIGatewayRequestAuthorizerEvent,
  { awsRequestId: invocationId }: Context,
): Promise<Authorization> => {
  // It is read while the records are.
  const sealingKey = authorizer.sealingKey();
  const decision = await decide(authorizer, event, invocationId);
  logDecision(log, decision, { invocationId, requestId: event.requestContext.requestId });
  // API Gateway answers 401 for an error with exactly this message, and 500 for any other error.
  const { authorization } = decision;
  if (authorization === undefined) throw new Error('Unauthorized');
  const judged = { ...decision, authorization };
  const answer = await withEvaluationId(judged, event, await sealingKey, authorizer);
  if (answer === authorization) log.warn('evaluation_not_sealed', { invocationId });
  return answer;
};
