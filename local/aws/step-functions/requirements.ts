import { AwsError } from '../service.ts';
import { type Alias, type Aliases, drawnVersion } from './aliases.ts';
import { requireArn, unqualified } from './arns.ts';
import type { Execution, Executions } from './executions.ts';
import type { Machine, Machines, Revision } from './machines.ts';

/**
 * Returns the execution with this ARN.
 *
 * @throws `InvalidArn` or `ExecutionDoesNotExist`
 */
export function requireExecution(executions: Executions, arn: string): Execution {
  requireArn('execution', arn);
  const execution = executions.find(arn);
  if (execution === undefined) {
    throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
  }
  return execution;
}

/**
 * What an execution is started with: a machine's current revision, a version, or the version that an alias
 * selects.
 */
export interface Started {
  readonly machine: Machine;
  readonly revision: Revision;
  readonly stateMachineVersionArn?: string;
  readonly stateMachineAliasArn?: string;
}

/**
 * Returns what the ARN of a machine, version or alias starts.
 *
 * @throws `InvalidArn` or `StateMachineDoesNotExist`
 */
export function requireStarted(machines: Machines, aliases: Aliases, arn: string): Started {
  requireArn('stateMachine', arn);
  const machine = machines.find(unqualified(arn));
  if (machine?.arn === arn) return { machine, revision: machine.revision };
  const alias = aliases.find(arn);
  const versionArn = alias === undefined ? arn : drawnVersion(alias);
  const version = machine?.versions.find((each) => each.arn === versionArn);
  if (machine === undefined || version === undefined) {
    throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
  }
  return {
    machine,
    revision: version.revision,
    stateMachineVersionArn: version.arn,
    ...(alias !== undefined && { stateMachineAliasArn: alias.arn }),
  };
}

/**
 * Returns the alias with this ARN.
 *
 * @throws `InvalidArn` or `ResourceNotFound`
 */
export function requireAlias(aliases: Aliases, arn: string): Alias {
  requireArn('stateMachine', arn);
  const alias = aliases.find(arn);
  if (alias === undefined) {
    throw new AwsError('ResourceNotFound', 'Request references a resource that does not exist.');
  }
  return alias;
}
