import { SFNClient } from '@aws-sdk/client-sfn';
import { clientSettings } from '../../adapters/aws/client.ts';
import { createOnboardings, createSteps, createTickets } from '../../adapters/aws/onboarding-records.ts';
import { createWorkflows } from '../../adapters/aws/sfn-workflows.ts';
import { createTable } from '../../adapters/aws/table.ts';
import { readEnvironment } from '../../adapters/environment.ts';
import { systemClock } from '../../adapters/system-clock.ts';

export function dependencies(env: NodeJS.ProcessEnv) {
  const { TABLE_NAME, STATE_MACHINE_ARN } = readEnvironment(env, ['TABLE_NAME', 'STATE_MACHINE_ARN']);
  const table = createTable({ tableName: TABLE_NAME, env });
  return {
    tickets: createTickets(table, systemClock),
    onboardings: createOnboardings(table),
    steps: createSteps(table),
    workflows: createWorkflows({ client: new SFNClient(clientSettings({ maxAttempts: 3 })), stateMachineArn: STATE_MACHINE_ARN }),
    clock: systemClock,
  };
}
