import type { Execution } from '../aws/step-functions/executions.ts';
import { redriveRefusal } from '../aws/step-functions/redrive.ts';
import type { SourceEvent } from './event-bus.ts';

/**
 * Returns Step Functions' event for a change of status, with the members that were recorded on AWS. Times are
 * in epoch milliseconds. If a customer-managed key encrypts the machine, the event carries no data: input,
 * output, error and cause are null.
 * https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
 */
export function executionStatusChange(
  execution: Execution,
  { now, encrypted }: { readonly now: number; readonly encrypted: boolean },
): SourceEvent {
  const { executionArn, redrives, stoppedAt = null } = execution;
  const { stateMachineVersionArn = null, stateMachineAliasArn = null } = execution;
  const data = <Value>(value: Value | undefined): Value | null => (encrypted ? null : (value ?? null));
  const refusal = redriveRefusal(execution, now);
  return {
    source: 'aws.states',
    detailType: 'Step Functions Execution Status Change',
    resources: [executionArn],
    detail: {
      executionArn,
      stateMachineArn: execution.stateMachineArn,
      stateMachineVersionArn,
      stateMachineAliasArn,
      name: execution.name,
      status: execution.status,
      startDate: execution.startedAt,
      stopDate: stoppedAt,
      input: data(execution.input),
      inputDetails: { included: !encrypted },
      output: data(execution.output),
      outputDetails: execution.output === undefined ? null : { included: !encrypted },
      error: data(execution.error),
      cause: data(execution.cause),
      redriveCount: redrives.length,
      redriveDate: redrives.at(-1)?.at ?? null,
      redriveStatus: refusal === undefined ? 'REDRIVABLE' : 'NOT_REDRIVABLE',
      redriveStatusReason: refusal ?? null,
    },
  };
}
