import type { Execution } from './executions.ts';
import { redriveRefusal } from './redrive.ts';
import { epochSeconds } from './times.ts';

/** Returns an execution as ListExecutions shows it. */
export function summaryOf({
  executionArn,
  stateMachineArn,
  stateMachineVersionArn,
  stateMachineAliasArn,
  name,
  status,
  startedAt,
  stoppedAt,
  redrives,
}: Execution): object {
  const redriven = redrives.at(-1);
  return {
    executionArn,
    stateMachineArn,
    stateMachineVersionArn,
    stateMachineAliasArn,
    name,
    status,
    startDate: epochSeconds(startedAt),
    ...(stoppedAt === undefined ? {} : { stopDate: epochSeconds(stoppedAt) }),
    redriveCount: redrives.length,
    ...(redriven === undefined ? {} : { redriveDate: epochSeconds(redriven.at) }),
  };
}

/**
 * Returns an execution as DescribeExecution shows it.
 *
 * @param now the current time in epoch milliseconds
 */
export function descriptionOf(execution: Execution, now: number): object {
  const { input, output, error, cause } = execution;
  const refusal = redriveRefusal(execution, now);
  return {
    ...summaryOf(execution),
    input,
    inputDetails: { included: true },
    ...(output === undefined ? {} : { output, outputDetails: { included: true } }),
    error,
    cause,
    redriveStatus: refusal === undefined ? 'REDRIVABLE' : 'NOT_REDRIVABLE',
    redriveStatusReason: refusal,
  };
}
