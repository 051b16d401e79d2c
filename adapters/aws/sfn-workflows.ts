import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  ListExecutionsCommand,
  type ListExecutionsCommandOutput,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { WaitingTasks, Workflows } from '../../core/workflow/ports.ts';
import { machineArnOf } from '../../core/workflow/for-machine.ts';
import { awsCalls } from './errors.ts';

const stepFunctions = awsCalls('stepfunctions');

/**
 * Creates the port to one state machine of Step Functions.
 * @param stateMachineArn of the machine or of an alias, which then selects the version of new executions
 */
export function createWorkflows<Input>({
  client,
  stateMachineArn,
}: {
  readonly client: SFNClient;
  readonly stateMachineArn: string;
}): Workflows<Input> {
  // The ARN of an execution contains the machine's name without version or alias.
  const machineArn = machineArnOf(stateMachineArn);
  const executionArnOf = (name: string): string =>
    `${machineArn.replace(':stateMachine:', ':execution:')}:${name}`;
  return {
    executionArnOf,

    start: async (name, input) => {
      await stepFunctions.effect('StartExecution', async () => {
        try {
          return await client.send(
            new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }),
          );
        } catch (error) {
          // Step Functions returns this error if a start is repeated after the execution has ended.
          if (error instanceof ExecutionAlreadyExists) return error;
          throw error;
        }
      });
    },

    stateOf: (name) =>
      stepFunctions.read('DescribeExecution', async () => {
        const {
          status,
          error,
          redriveCount = 0,
          redriveDate: redrivenAt,
        } = await client.send(new DescribeExecutionCommand({ executionArn: executionArnOf(name) }));
        if (status === undefined) return undefined;
        return {
          status,
          redriveCount,
          ...(error !== undefined && { error }),
          ...(redrivenAt !== undefined && { redrivenAt }),
        };
      }),

    isRunning: (name) =>
      stepFunctions.read('DescribeExecution', async () => {
        try {
          // `METADATA_ONLY` leaves out encrypted data such as the error, so the caller needs no permission to
          // decrypt.
          const { status } = await client.send(
            new DescribeExecutionCommand({
              executionArn: executionArnOf(name),
              includedData: 'METADATA_ONLY',
            }),
          );
          return status === undefined ? undefined : status === 'RUNNING';
        } catch (error) {
          if (error instanceof ExecutionDoesNotExist) return false;
          throw error;
        }
      }),
  };
}

/**
 * Returns a function that counts the running executions of a state machine. The count may lag a moment
 * behind.
 */
export function createRunningCount({
  client,
  stateMachineArn,
}: {
  readonly client: SFNClient;
  readonly stateMachineArn: string;
}): () => Promise<number> {
  const machineArn = machineArnOf(stateMachineArn);
  return async () => {
    let count = 0;
    let nextToken: string | undefined;
    do {
      const page: ListExecutionsCommandOutput = await stepFunctions.read('ListExecutions', () =>
        client.send(
          new ListExecutionsCommand({
            stateMachineArn: machineArn,
            statusFilter: 'RUNNING',
            maxResults: 1000,
            nextToken,
          }),
        ),
      );
      count += page.executions?.length ?? 0;
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return count;
  };
}

/** Creates the port to waiting tasks of any state machine. The task token identifies the task. */
export function createWaitingTasks(client: SFNClient): WaitingTasks {
  return {
    succeed: async (taskToken) => {
      await stepFunctions.effect('SendTaskSuccess', () =>
        client.send(new SendTaskSuccessCommand({ taskToken, output: '{}' })),
      );
    },

    fail: async (taskToken, error, cause) => {
      await stepFunctions.effect('SendTaskFailure', () =>
        client.send(new SendTaskFailureCommand({ taskToken, error, cause })),
      );
    },
  };
}
