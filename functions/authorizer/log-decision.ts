import type { Context } from 'aws-lambda';
import type { Authorization } from '../../core/authorization/authorize.ts';
import type { Log } from '../../middleware/log.ts';

/** One line for each decision: what became of the call, and whose it was. */
export function logDecision(log: Log, authorization: Authorization | undefined, { awsRequestId: requestId }: Pick<Context, 'awsRequestId'>): void {
  if (authorization === undefined) {
    log.info('token_refused', { requestId });
    return;
  }
  const { clientId, partnerId, denyCode } = authorization.context;
  if (authorization.usageIdentifierKey === undefined) log.info('call_denied', { requestId, clientId, partnerId, denyCode });
  else log.info('call_allowed', { requestId, clientId, partnerId });
}
