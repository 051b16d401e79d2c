import type { Execution } from '../aws/step-functions/executions.ts';
import type { SourceEvent } from './event-bus.ts';

/** Step Functions' event without what it leaves out where a customer's key encrypts: input, output, error and cause. */
export function executionStatusChange(execution: Execution): SourceEvent {
  const { executionArn, stateMachineArn, stateMachineVersionArn = null, stateMachineAliasArn = null, name, status, startedAt, stoppedAt = null } = execution;
  return {
    source: 'aws.states', detailType: 'Step Functions Execution Status Change',
    detail: {
      executionArn, stateMachineArn, stateMachineVersionArn, stateMachineAliasArn, name, status,
      startDate: startedAt, stopDate: stoppedAt, input: null, output: null,
    },
  };
}
