import { Defect } from '../errors.ts';

/** Returns the ARN of a state machine without the version or the alias that it may name. */
export const machineArnOf = (arn: string): string => arn.split(':').slice(0, 7).join(':');

/**
 * Returns what is done for the workflow of a state machine.
 * @param workflows by the ARN of the machine, without version or alias
 * @throws {Defect} if the machine belongs to none of the workflows
 */
export function forMachine<Workflow>(
  workflows: ReadonlyMap<string, Workflow>,
  stateMachineArn: string,
): Workflow {
  const workflow = workflows.get(machineArnOf(stateMachineArn));
  if (workflow !== undefined) return workflow;
  throw new Defect({
    service: 'sallyport',
    operation: 'ForMachine',
    detail: 'the state machine belongs to no workflow',
  });
}
