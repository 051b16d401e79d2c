import type { APIGatewayRequestAuthorizerEvent, Context } from 'aws-lambda';
import type { Authorization } from '../../core/authorization/authorize.ts';
import { createLog } from '../../middleware/log.ts';
import { decide } from './decide.ts';
import { dependencies } from './dependencies.ts';
import { logDecision } from './log-decision.ts';

const authorizer = dependencies(process.env);
const log = createLog('authorizer');

/**
 * The REQUEST authorizer of every product route (WF-10, WF-11). The id of the invocation is also the id of
 * the evaluation.
 */
export const handler = async (
  event: APIGatewayRequestAuthorizerEvent,
  { awsRequestId: evaluationId }: Context,
): Promise<Authorization> => {
  const decision = await decide(authorizer, event, evaluationId);
  logDecision(log, decision, { evaluationId, requestId: event.requestContext.requestId });
  // API Gateway answers 401 for an error with exactly this message, and 500 for any other error.
  if (decision.authorization === undefined) throw new Error('Unauthorized');
  return decision.authorization;
};
