import type { ProposalAlerts } from '../../core/operators/proposal-alert.ts';
import { createPlainEvents } from './plain-events.ts';

/** Creates the port that tells the operators of proposed keys, by the same event as other alerts about keys. */
export function createProposalAlerts(options: { readonly env: NodeJS.ProcessEnv }): ProposalAlerts {
  const put = createPlainEvents(options);
  return { raise: (alert) => put('Trust Needs Operator', alert) };
}
