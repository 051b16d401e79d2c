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
import { awsCalls } from './errors.ts';

const stepFunctions = awsCalls('stepfunctions');

/**
 * One state machine of Step Functions.
 * @param stateMachineArn also by an alias, which then chooses the version that an execution is started by
 */
export function createWorkflows({
  client,
  stateMachineArn,
}: {
  readonly client: SFNClient;
  readonly stateMachineArn: string;
}): Workflows {
  // Executions bear the machine's name, whatever started them.
  const machineArn = stateMachineArn.split(':').slice(0, 7).join(':');
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
          // The answer to a start that is repeated after the execution has ended.
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
        return status === undefined
          ? undefined
          : {
              status,
              redriveCount,
              ...(error !== undefined && { error }),
              ...(redrivenAt !== undefined && { redrivenAt }),
            };
      }),

    isRunning: (name) =>
      stepFunctions.read('DescribeExecution', async () => {
        try {
          // What is encrypted, such as an error, is not asked for, so that nobody need be allowed to decrypt it.
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

/** How many executions of a state machine run, as Step Functions knew it a moment ago. */
export function createRunningCount({
  client,
  stateMachineArn,
}: {
  readonly client: SFNClient;
  readonly stateMachineArn: string;
}): () => Promise<number> {
  const machineArn = stateMachineArn.split(':').slice(0, 7).join(':');
  return async () => {
    let [count, nextToken]: [number, string | undefined] = [0, undefined];
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

/** The waiting tasks of any state machine: a task token says which. */
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
