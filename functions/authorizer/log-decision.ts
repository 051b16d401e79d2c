import type { Log } from '../../middleware/log.ts';
import type { Decision } from './decide.ts';

/** The id of the authorizer's invocation, and the id of the call, which API Gateway also returns to the caller. */
export interface DecisionIds {
  readonly invocationId: string;
  readonly requestId: string;
}

/** Logs one line for each evaluation: the decision, the rule that made it, and whose call it was. */
export function logDecision(log: Log, { evaluation, authorization }: Decision, ids: DecisionIds): void {
  const { rule } = evaluation;
  if (evaluation.decision === 'unauthorized' || authorization === undefined) {
    log.info('token_refused', { ...ids, rule });
    return;
  }
  const { clientId, partnerId, contractId } = authorization.context;
  if (evaluation.decision === 'allow') {
    log.info('call_allowed', { ...ids, rule, clientId, partnerId, contractId });
  } else {
    log.info('call_denied', {
      ...ids,
      rule,
      fault: evaluation.fault,
      clientId,
      partnerId,
      contractId,
      denyCode: evaluation.denyCode,
    });
  }
}
