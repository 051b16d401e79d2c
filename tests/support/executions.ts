import { expect } from 'vitest';
import { machineArn } from './step-functions-twin.ts';

/** What `DescribeExecution` says of an execution that has succeeded, apart from its output. */
export const succeededExecution = {
  executionArn: expect.any(String) as string,
  stateMachineArn: machineArn,
  name: expect.any(String) as string,
  status: 'SUCCEEDED',
  startDate: expect.any(Date) as Date,
  stopDate: expect.any(Date) as Date,
  input: '{}',
  inputDetails: { included: true },
  outputDetails: { included: true },
  redriveCount: 0,
  redriveStatus: 'NOT_REDRIVABLE',
  redriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
  $metadata: expect.any(Object) as object,
};
