import { SFNClient } from '@aws-sdk/client-sfn';
import { clientSettings } from '../../adapters/aws/client.ts';
import { createOnboardings, createStalls, createSteps } from '../../adapters/aws/onboarding-records.ts';
import { createWaitingTasks } from '../../adapters/aws/sfn-workflows.ts';
import { createTable } from '../../adapters/aws/table.ts';
import { readCatalogue } from '../../adapters/catalogue-file.ts';
import { readEnvironment } from '../../adapters/environment.ts';
import { createServiceNowCredentials } from '../../adapters/servicenow/credentials.ts';
import { createTicketDesk } from '../../adapters/servicenow/ticket-desk.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { prerequisiteOf } from '../../core/catalogue/prerequisite.ts';

export function dependencies(env: NodeJS.ProcessEnv) {
  const { TABLE_NAME, CATALOGUE_FILE, SERVICENOW_URL, SERVICENOW_CLIENT_ID, SERVICENOW_SECRET_ID } =
    readEnvironment(env, [
      'TABLE_NAME',
      'CATALOGUE_FILE',
      'SERVICENOW_URL',
      'SERVICENOW_CLIENT_ID',
      'SERVICENOW_SECRET_ID',
    ]);
  const table = createTable({ tableName: TABLE_NAME, env });
  return {
    executions: createOnboardings(table, systemClock),
    steps: createSteps(table),
    stalls: createStalls(table),
    desk: createTicketDesk({
      url: SERVICENOW_URL,
      clock: systemClock,
      credentials: createServiceNowCredentials({
        secretId: SERVICENOW_SECRET_ID,
        clientId: SERVICENOW_CLIENT_ID,
        clock: systemClock,
        env,
      }),
    }),
    prerequisite: prerequisiteOf(readCatalogue(CATALOGUE_FILE)),
    tasks: createWaitingTasks(new SFNClient(clientSettings({ maxAttempts: 3 }))),
    clock: systemClock,
  };
}
