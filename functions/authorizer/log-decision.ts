import type { Log } from '../../middleware/log.ts';
import type { Decision } from './decide.ts';

/** The evaluation's own id, and the id of the call that it was made for, which the caller is told by API Gateway. */
export interface DecisionIds {
  readonly evaluationId: string;
  readonly requestId: string;
}

/** one line for each evaluation: what became of the call, by which rule, and whose it was. */
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
