import { AwsError } from '../service.ts';
import { requireArn } from './arns.ts';
import type { Execution, Executions } from './executions.ts';
import type { Machine, Machines } from './machines.ts';

/** The execution with this ARN; throws `InvalidArn` or `ExecutionDoesNotExist`. */
export function requireExecution(executions: Executions, arn: string): Execution {
  requireArn('execution', arn);
  const execution = executions.find(arn);
  if (execution === undefined) throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
  return execution;
}

/** The deployed machine with this ARN; throws `InvalidArn` or `StateMachineDoesNotExist`. */
export function requireMachine(machines: Machines, arn: string): Machine {
  requireArn('stateMachine', arn);
  const machine = machines.find(arn);
  if (machine === undefined) throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
  return machine;
}
