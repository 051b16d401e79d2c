import { SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { clientSettings } from '../../adapters/aws/client.ts';
import { createOnboardings, createTickets } from '../../adapters/aws/onboarding-records.ts';
import { createWorkflows } from '../../adapters/aws/sfn-workflows.ts';
import { createTable } from '../../adapters/aws/table.ts';
import { createCapacity } from '../../adapters/capacity-settings.ts';
import { readCatalogue } from '../../adapters/catalogue-file.ts';
import { readEnvironment } from '../../adapters/environment.ts';
import { systemClock } from '../../adapters/system-clock.ts';

export function dependencies(env: NodeJS.ProcessEnv) {
  const { SALLYPORT_ENVIRONMENT, TABLE_NAME, CATALOGUE_FILE, STATE_MACHINE_ARN } = readEnvironment(env, [
    'SALLYPORT_ENVIRONMENT',
    'TABLE_NAME',
    'CATALOGUE_FILE',
    'STATE_MACHINE_ARN',
  ]);
  const table = createTable({ tableName: TABLE_NAME, env });
  return {
    deployment: {
      environment: z.enum(['DEV', 'UAT', 'PROD']).parse(SALLYPORT_ENVIRONMENT),
      catalogue: readCatalogue(CATALOGUE_FILE),
    },
    tickets: createTickets(table, systemClock),
    onboardings: createOnboardings(table, systemClock),
    capacity: createCapacity(table, env),
    workflows: createWorkflows({
      client: new SFNClient(clientSettings({ maxAttempts: 3 })),
      stateMachineArn: STATE_MACHINE_ARN,
    }),
  };
}
