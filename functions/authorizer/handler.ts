import type { APIGatewayRequestAuthorizerEvent, Context } from 'aws-lambda';
import type { Authorization } from '../../core/authorization/authorize.ts';
import { createLog } from '../../middleware/log.ts';
import { decide } from './decide.ts';
import { dependencies } from './dependencies.ts';
import { logDecision } from './log-decision.ts';

const authorizer = dependencies(process.env);
const log = createLog('authorizer');

/** The REQUEST authorizer of every product route (WF-10, WF-11). */
export const handler = async (event: APIGatewayRequestAuthorizerEvent, context: Context): Promise<Authorization> => {
  const authorization = await decide(authorizer, event);
  logDecision(log, authorization, context);
  // API Gateway knows a refused token by this message, and answers 401; any other error is a 500.
  if (authorization === undefined) throw new Error('Unauthorized');
  return authorization;
};
