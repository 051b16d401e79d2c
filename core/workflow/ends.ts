import { type ExecutionRecords, type ExecutionRecord, type WorkflowStatus, openStatuses } from './records.ts';

/** The final statuses that an execution comes to by itself. */
export type End = 'Done' | 'Rejected' | 'RolledBack';

/** The statuses that each end may follow. */
const priors: Readonly<Record<End, readonly WorkflowStatus[]>> = {
  Done: openStatuses,
  Rejected: openStatuses,
  RolledBack: [...openStatuses, 'RollbackIncomplete'],
};

export const isEnd = (name: string): name is End => Object.hasOwn(priors, name);

/** Records the end of an execution. Nothing happens if it is recorded already. */
export const recordEnd = (
  executions: Pick<ExecutionRecords<ExecutionRecord>, 'conclude'>,
  executionId: string,
  end: End,
): Promise<void> => executions.conclude(executionId, priors[end], end);

/** The final statuses that leave nothing behind. After them, a new attempt may follow. */
export const retryableStatuses: readonly WorkflowStatus[] = ['Rejected', 'RolledBack'];
