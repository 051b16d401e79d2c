import { SFNClient } from '@aws-sdk/client-sfn';
import { clientSettings } from '../../adapters/aws/client.ts';
import { createOnboardings, createSteps } from '../../adapters/aws/onboarding-records.ts';
import { createWaitingTasks } from '../../adapters/aws/sfn-workflows.ts';
import { createTable } from '../../adapters/aws/table.ts';
import { readEnvironment } from '../../adapters/environment.ts';
import { createTicketDesk } from '../../adapters/servicenow/ticket-desk.ts';
import { systemClock } from '../../adapters/system-clock.ts';

export function dependencies(env: NodeJS.ProcessEnv) {
  const { TABLE_NAME, SERVICENOW_URL, SERVICENOW_CLIENT_ID, SERVICENOW_CLIENT_SECRET } =
    readEnvironment(env, ['TABLE_NAME', 'SERVICENOW_URL', 'SERVICENOW_CLIENT_ID', 'SERVICENOW_CLIENT_SECRET']);
  const table = createTable({ tableName: TABLE_NAME, env });
  return {
    onboardings: createOnboardings(table),
    steps: createSteps(table),
    desk: createTicketDesk({ url: SERVICENOW_URL, clientId: SERVICENOW_CLIENT_ID, clientSecret: SERVICENOW_CLIENT_SECRET, clock: systemClock }),
    tasks: createWaitingTasks(new SFNClient(clientSettings({ maxAttempts: 3 }))),
    clock: systemClock,
  };
}
