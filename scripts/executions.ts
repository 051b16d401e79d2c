import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  paginateListStateMachines,
  SFNClient,
} from '@aws-sdk/client-sfn';
import type { Target } from './operator.ts';

/** How an onboarding's execution stands. */
export interface ExecutionStatus {
  /** The status, or of a failure its error. */
  readonly is: string;
  /** It runs, and waits for somebody: its task is with ServiceNow. */
  readonly waits: boolean;
  /** When it ended, if it has. */
  readonly stoppedAt?: Date;
}

/** @throws {Error} if there is no execution of this name */
export async function executionStatusOf({ client, stack }: Target, name: string): Promise<ExecutionStatus> {
  const sfn = new SFNClient(client);
  try {
    const executionArn = `${(await machineArn(sfn, `${stack}-onboarding`)).replace(':stateMachine:', ':execution:')}:${name}`;
    const {
      status = 'unknown',
      error,
      stopDate: stoppedAt,
    } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    if (status !== 'RUNNING') {
      return {
        is: status === 'FAILED' ? (error ?? status) : status,
        waits: false,
        ...(stoppedAt !== undefined && { stoppedAt }),
      };
    }
    const { events } = await sfn.send(
      new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: 1 }),
    );
    return { is: status, waits: events?.[0]?.type === 'TaskSubmitted' };
  } finally {
    sfn.destroy();
  }
}

async function machineArn(sfn: SFNClient, name: string): Promise<string> {
  for await (const { stateMachines = [] } of paginateListStateMachines({ client: sfn }, {})) {
    const arn = stateMachines.find((machine) => machine.name === name)?.stateMachineArn;
    if (arn !== undefined) return arn;
  }
  throw new Error(`there is no state machine ${name}`);
}
