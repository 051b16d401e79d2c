import type { ProposalAlerts } from '../../core/operators/proposal-alert.ts';
import type { LookAlikeAlerts } from '../../core/partners/look-alikes.ts';
import { createPlainEvents } from './plain-events.ts';

/** Creates the port that tells the operators of proposed keys, by the same event as other alerts about keys. */
export function createProposalAlerts(options: { readonly env: NodeJS.ProcessEnv }): ProposalAlerts {
  const put = createPlainEvents(options);
  return { raise: (alert) => put('Trust Needs Operator', alert) };
}

/** Creates the port that tells the operators of a new partner whose name looks like another partner's. */
export function createLookAlikeAlerts(options: { readonly env: NodeJS.ProcessEnv }): LookAlikeAlerts {
  const put = createPlainEvents(options);
  return { raise: (alert) => put('Trust Needs Operator', alert) };
}
