import type { Execution } from '../aws/step-functions/executions.ts';
import type { SourceEvent } from './event-bus.ts';

/** Step Functions' event without what it leaves out where a customer's key encrypts: input, output, error and cause. */
export function executionStatusChange({ executionArn, stateMachineArn, name, status, startedAt, stoppedAt }: Execution): SourceEvent {
  return {
    source: 'aws.states', detailType: 'Step Functions Execution Status Change',
    detail: { executionArn, stateMachineArn, name, status, startDate: startedAt, stopDate: stoppedAt ?? null, input: null, output: null },
  };
}
