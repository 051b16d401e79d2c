import { SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { clientSettings } from '../../adapters/aws/client.ts';
import { createOnboardings, createSteps, createTickets } from '../../adapters/aws/onboarding-records.ts';
import { createWaitingTasks, createWorkflows } from '../../adapters/aws/sfn-workflows.ts';
import { createTable } from '../../adapters/aws/table.ts';
import { createCapacity } from '../../adapters/capacity-settings.ts';
import { readCatalogue } from '../../adapters/catalogue-file.ts';
import { readEnvironment } from '../../adapters/environment.ts';
import { createRotatingCheck } from '../../adapters/http/sender-check.ts';
import { createCachedSignatureCheck, signatureHeaders } from '../../adapters/servicenow/webhook-signature.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { prerequisiteOf } from '../../core/catalogue/prerequisite.ts';

export function dependencies(env: NodeJS.ProcessEnv) {
  const {
    SALLYPORT_ENVIRONMENT,
    TABLE_NAME,
    CATALOGUE_FILE,
    STATE_MACHINE_ARN,
    SERVICENOW_WEBHOOK_SECRET_ID,
  } = readEnvironment(env, [
    'SALLYPORT_ENVIRONMENT',
    'TABLE_NAME',
    'CATALOGUE_FILE',
    'STATE_MACHINE_ARN',
    'SERVICENOW_WEBHOOK_SECRET_ID',
  ]);
  const table = createTable({ tableName: TABLE_NAME, env });
  const catalogue = readCatalogue(CATALOGUE_FILE);
  const stepFunctions = new SFNClient(clientSettings({ maxAttempts: 3 }));
  return {
    isSigned: createRotatingCheck(
      createCachedSignatureCheck({ secretId: SERVICENOW_WEBHOOK_SECRET_ID, clock: systemClock, env }),
      signatureHeaders,
    ),
    deployment: {
      environment: z.enum(['DEV', 'UAT', 'PROD']).parse(SALLYPORT_ENVIRONMENT),
      catalogue,
    },
    prerequisite: prerequisiteOf(catalogue),
    tickets: createTickets(table, systemClock),
    onboardings: createOnboardings(table, systemClock),
    capacity: createCapacity(table, env),
    steps: createSteps(table),
    workflows: createWorkflows({ client: stepFunctions, stateMachineArn: STATE_MACHINE_ARN }),
    tasks: createWaitingTasks(stepFunctions),
  };
}

export type WebhookDependencies = ReturnType<typeof dependencies>;
