import { StepError } from '../../core/errors.ts';
import type { Managed } from '../../core/lifecycle/lifecycle.ts';
import {
  changeBy,
  changeRecord,
  type ChangeContext,
  type ChangeResult,
} from '../../core/operators/change-record.ts';
import type { ProposalAlert } from '../../core/operators/proposal-alert.ts';
import { amend, withoutProposal } from '../../core/lifecycle/change.ts';
import type { ManagedRecords } from '../../core/lifecycle/managed-records.ts';
import { notFound } from '../../middleware/http-api/api-problem.ts';
import type { HttpResponse } from '../../middleware/http-lambda.ts';
import type { OperatorApiDependencies } from './dependencies.ts';
import { changeResponse } from './operation.ts';

/**
 * Returns the response to a proposal, after telling the operators of it. The proposal stands even if they
 * cannot be told. It has no effect on calls, so no cache is flushed.
 */
export async function proposalResponse<Item extends Managed>(
  deps: OperatorApiDependencies,
  proposed: Extract<ChangeResult<Item>, { readonly outcome: 'changed' }>,
  alert: ProposalAlert,
  shown: (item: Item) => Pick<Managed, 'version'>,
  more: object,
): Promise<HttpResponse> {
  const operatorsTold = await raise(deps, alert);
  return changeResponse(deps, { ...proposed, affectsCalls: false }, shown, { ...more, operatorsTold });
}

async function raise({ proposalAlerts }: OperatorApiDependencies, alert: ProposalAlert): Promise<boolean> {
  try {
    await proposalAlerts.raise(alert);
    return true;
  } catch (error) {
    if (error instanceof StepError) return false;
    throw error;
  }
}

/**
 * Withdraws what is proposed for a record. One person can do it.
 * @throws {ApiProblem} if nothing is proposed
 */
export async function withdrawalResponse<Item extends Managed>(
  deps: OperatorApiDependencies,
  records: Pick<ManagedRecords<Item>, 'find' | 'replace'>,
  target: { readonly id: string; readonly matchesVersion: (version: number) => boolean },
  act: ChangeContext,
  shown: (item: Item) => Pick<Managed, 'version'>,
): Promise<HttpResponse> {
  const changed = await changeRecord(records, {
    ...target,
    next: (record) => {
      if (record.proposed === undefined) {
        throw notFound('Nothing is proposed for this record, so there is nothing to withdraw.');
      }
      return amend<Item>(record, withoutProposal(record), { ...changeBy(act), proposal: 'withdrawn' });
    },
  });
  const withoutEffect = changed.outcome === 'changed' ? { ...changed, affectsCalls: false } : changed;
  return changeResponse(deps, withoutEffect, shown);
}
