import { Unavailable } from '../errors.ts';
import { type End, isEnd, recordEnd } from './ends.ts';
import type { Alerts, ExecutionState, Workflows } from './ports.ts';
import {
  type ExecutionRecord,
  type ExecutionRecords,
  openStatuses,
  type Reason,
  type StepSummary,
} from './records.ts';
import type { Reports } from './reports.ts';

interface Dependencies<Subject extends ExecutionRecord> {
  readonly executions: Pick<ExecutionRecords<Subject>, 'conclude'>;
  /**
   * Finds the execution's record. If the intake failed before it created the record, the record is created
   * now. Undefined if nobody asked for such an execution.
   */
  readonly findOrCreate: (executionId: string) => Promise<Subject | undefined>;
  readonly steps: Pick<StepSummary, 'stepsInEffect'>;
  readonly workflows: Pick<Workflows<unknown>, 'stateOf'>;
  readonly reports: Pick<Reports<Subject>, 'end' | 'leftovers' | 'stopped'>;
  readonly alerts: Alerts;
}

/**
 * Brings the record, and what was told of it, in line with an execution that has ended, and alerts the
 * operators if only they can continue. Most executions record their end themselves. This handles those that
 * could not.
 * @param endedAt the time of the end that an event reported; absent if there was no event
 * @throws {Unavailable} if Step Functions does not show that end yet
 */
export async function reconcile<Subject extends ExecutionRecord>(
  deps: Dependencies<Subject>,
  executionId: string,
  endedAt?: Date,
): Promise<void> {
  const { executions, reports } = deps;
  const subject = await deps.findOrCreate(executionId);
  if (subject === undefined) return;
  const { status, reasons = [] } = subject;
  // The record has its final status, but nobody may have been told.
  if (isEnd(status)) return reports.end(subject, status);

  const execution = await deps.workflows.stateOf(executionId);
  if (execution.status === 'RUNNING') {
    // If the execution was redriven after that end, its next end will be reported, too.
    if (endedAt === undefined || (execution.redrivenAt ?? 0) > endedAt) return;
    throw new Unavailable({
      service: 'stepfunctions',
      operation: 'DescribeExecution',
      detail: 'the execution is not known to have ended',
    });
  }

  const end = endOf(execution);
  if (end !== undefined) {
    await recordEnd(executions, executionId, end);
    await reports.end(subject, end);
  } else if (status === 'RollbackIncomplete') {
    await deps.alerts.raise({ executionId, status, reasons });
    await reports.leftovers(
      subject,
      reasons.map(({ code }) => code),
    );
  } else {
    await recordStop(deps, executionId, subject, execution);
  }
}

/** Returns the end that the execution itself came to, if it did. */
function endOf({ status, error }: ExecutionState): End | undefined {
  if (status === 'SUCCEEDED') return 'Done';
  return status === 'FAILED' && (error === 'RolledBack' || error === 'Rejected') ? error : undefined;
}

async function recordStop<Subject extends ExecutionRecord>(
  { executions, steps, alerts, reports }: Dependencies<Subject>,
  executionId: string,
  subject: Subject,
  execution: ExecutionState,
): Promise<void> {
  const stepsInEffect = await steps.stepsInEffect(executionId);
  const reasons = [
    whyStopped(execution),
    ...stepsInEffect.map((step) => ({ code: step, sentence: `${step} is not undone.` })),
  ];
  await executions.conclude(executionId, openStatuses, 'Stopped', reasons);
  await alerts.raise({ executionId, status: 'Stopped', reasons });
  await reports.stopped(subject, stepsInEffect, execution.redriveCount);
}

function whyStopped({ status, error }: ExecutionState): Reason {
  switch (status) {
    case 'ABORTED':
      return { code: 'aborted', sentence: 'The execution was stopped by hand.' };
    case 'TIMED_OUT':
      return { code: 'timed_out', sentence: 'The execution ran out of time.' };
    default:
      return {
        code: 'failed',
        sentence: `The execution failed where nothing takes an error over: ${error ?? 'an error without a name'}.`,
      };
  }
}
