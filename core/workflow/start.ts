import type { Workflows } from './ports.ts';
import type { ExecutionRecord, ExecutionRecords, WorkflowStatus } from './records.ts';

/** Which execution it is, and its status. */
export interface StartedExecution {
  readonly executionArn: string;
  readonly status: WorkflowStatus;
}

/**
 * Starts the execution of this name, unless it has begun. If there is no record, the workflow has not begun,
 * and is started idempotently by its name. If there is a record, it must not be started again: Step Functions
 * forgets execution names after 90 days.
 */
export async function startOnce<Input>(
  executions: Pick<ExecutionRecords<ExecutionRecord>, 'find'>,
  workflows: Pick<Workflows<Input>, 'start' | 'executionArnOf'>,
  executionId: string,
  input: Input,
): Promise<StartedExecution> {
  const begun = await executions.find(executionId);
  if (begun === undefined) await workflows.start(executionId, input);
  return { executionArn: workflows.executionArnOf(executionId), status: begun?.status ?? 'Running' };
}
