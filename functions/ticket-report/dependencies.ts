import { createJournalIntents, createOnboardings, createSteps } from '../../adapters/aws/onboarding-records.ts';
import { createTable } from '../../adapters/aws/table.ts';
import { readEnvironment } from '../../adapters/environment.ts';
import { createTicketDesk } from '../../adapters/servicenow/ticket-desk.ts';
import { systemClock } from '../../adapters/system-clock.ts';

export function dependencies(env: NodeJS.ProcessEnv) {
  const { TABLE_NAME, SERVICENOW_URL, SERVICENOW_CLIENT_ID, SERVICENOW_CLIENT_SECRET } =
    readEnvironment(env, ['TABLE_NAME', 'SERVICENOW_URL', 'SERVICENOW_CLIENT_ID', 'SERVICENOW_CLIENT_SECRET']);
  const table = createTable({ tableName: TABLE_NAME, env });
  return {
    table,
    onboardings: createOnboardings(table),
    steps: createSteps(table),
    entries: createJournalIntents(table),
    desk: createTicketDesk({ url: SERVICENOW_URL, clientId: SERVICENOW_CLIENT_ID, clientSecret: SERVICENOW_CLIENT_SECRET, clock: systemClock }),
  };
}
