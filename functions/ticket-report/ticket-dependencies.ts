import {
  createJournalIntents,
  createOnboardings,
  createSteps,
} from '../../adapters/aws/onboarding-records.ts';
import { createTable } from '../../adapters/aws/table.ts';
import { readEnvironment } from '../../adapters/environment.ts';
import { createServiceNowCredentials } from '../../adapters/servicenow/credentials.ts';
import { createTicketDesk } from '../../adapters/servicenow/ticket-desk.ts';
import { systemClock } from '../../adapters/system-clock.ts';

/** Returns what writing to the ticket of an onboarding needs, whatever is written. */
export function ticketDependencies(env: NodeJS.ProcessEnv) {
  const { TABLE_NAME, SERVICENOW_URL, SERVICENOW_CLIENT_ID, SERVICENOW_SECRET_ID } = readEnvironment(env, [
    'TABLE_NAME',
    'SERVICENOW_URL',
    'SERVICENOW_CLIENT_ID',
    'SERVICENOW_SECRET_ID',
  ]);
  const table = createTable({ tableName: TABLE_NAME, env });
  return {
    table,
    onboardings: createOnboardings(table, systemClock),
    steps: createSteps(table),
    entries: createJournalIntents(table),
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
  };
}
