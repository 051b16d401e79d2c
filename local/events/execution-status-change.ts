import type { Execution } from '../aws/step-functions/executions.ts';
import { redriveRefusal } from '../aws/step-functions/redrive.ts';
import type { SourceEvent } from './event-bus.ts';

/**
 * Step Functions' event on a change of status, member by member as recorded on AWS; times are epoch milliseconds.
 * Of a machine that a customer's key encrypts it carries no data: input, output, error and cause are null.
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
