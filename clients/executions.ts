import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  paginateGetExecutionHistory,
  paginateListStateMachines,
  SFNClient,
} from '@aws-sdk/client-sfn';
import * as z from 'zod';
import type { Target } from './operator.ts';

/** The status of an onboarding's execution. */
export interface ExecutionStatus {
  /** The status, or the error of a failed execution. */
  readonly is: string;
  /** Whether it is running and waiting for a person, because its task is in ServiceNow. */
  readonly waits: boolean;
  /** When the execution ended. Undefined while it is running. */
  readonly stoppedAt?: Date;
  readonly executionArn: string;
  /** Why Step Functions cannot redrive the execution. Undefined if it can, or while it is running. */
  readonly notRedrivable?: string;
}

/**
 * Returns the status of an execution.
 * @throws {Error} if there is no execution with this name
 */
export async function executionStatusOf({ client, stack }: Target, name: string): Promise<ExecutionStatus> {
  const sfn = new SFNClient(client);
  try {
    const executionArn = executionArnOf(await machineArn(sfn, `${stack}-onboarding`), name);
    const {
      status = 'unknown',
      error,
      stopDate: stoppedAt,
      redriveStatus,
      redriveStatusReason = 'no reason is given',
    } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    if (status !== 'RUNNING') {
      return {
        is: status === 'FAILED' ? (error ?? status) : status,
        waits: false,
        executionArn,
        ...(redriveStatus === 'NOT_REDRIVABLE' && { notRedrivable: redriveStatusReason }),
        ...(stoppedAt !== undefined && { stoppedAt }),
      };
    }
    const { events } = await sfn.send(
      new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: 1 }),
    );
    return { is: status, waits: events?.[0]?.type === 'TaskSubmitted', executionArn };
  } finally {
    sfn.destroy();
  }
}

/**
 * Returns the error of an execution that failed by a fault of ours, so that operators were alerted before
 * anything was rolled back. A function that could not run leaves no other trace. Undefined if there was no such
 * fault.
 */
export async function findFaultOfOurs({ client, stack }: Target, name: string): Promise<string | undefined> {
  const sfn = new SFNClient(client);
  try {
    const executionArn = executionArnOf(await machineArn(sfn, `${stack}-onboarding`), name);
    for await (const { events = [] } of paginateGetExecutionHistory({ client: sfn }, { executionArn })) {
      const entered = events.find((event) => event.stateEnteredEventDetails?.name === 'AlertOperators');
      if (entered === undefined) continue;
      const input: unknown = JSON.parse(entered.stateEnteredEventDetails?.input ?? '{}');
      return failedInput.safeParse(input).data?.failure.Error ?? 'an unknown error';
    }
    return undefined;
  } finally {
    sfn.destroy();
  }
}

const failedInput = z.object({ failure: z.object({ Error: z.string() }) });

const executionArnOf = (machine: string, name: string): string =>
  `${machine.replace(':stateMachine:', ':execution:')}:${name}`;

/**
 * Returns the ARN of a state machine.
 * @throws {Error} if there is none with this name
 */
export async function machineArn(sfn: SFNClient, name: string): Promise<string> {
  for await (const { stateMachines = [] } of paginateListStateMachines({ client: sfn }, {})) {
    const arn = stateMachines.find((machine) => machine.name === name)?.stateMachineArn;
    if (arn !== undefined) return arn;
  }
  throw new Error(`there is no state machine ${name}`);
}
