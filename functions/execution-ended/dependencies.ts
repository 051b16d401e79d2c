import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SFNClient } from '@aws-sdk/client-sfn';
import { randomUUID } from 'node:crypto';
import { machineArnOf } from '../../core/workflow/for-machine.ts';
import { clientSettings } from '../../adapters/aws/client.ts';
import { createContracts, createPartners } from '../../adapters/aws/contract-records.ts';
import { createAlerts } from '../../adapters/aws/eventbridge-alerts.ts';
import { createTickets } from '../../adapters/aws/onboarding-records.ts';
import { createPartnerNames } from '../../adapters/aws/partner-names.ts';
import { createWorkflows } from '../../adapters/aws/sfn-workflows.ts';
import { readCatalogue } from '../../adapters/catalogue-file.ts';
import { readEnvironment } from '../../adapters/environment.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { dependencies as ticketReportDependencies } from '../ticket-report/dependencies.ts';

/** Returns what reporting to the ticket needs, and what finding the end of an execution needs. */
export function dependencies(env: NodeJS.ProcessEnv) {
  const { CATALOGUE_FILE, STATE_MACHINE_ARN } = readEnvironment(env, ['CATALOGUE_FILE', 'STATE_MACHINE_ARN']);
  const { table, ...reporting } = ticketReportDependencies(env);
  return {
    ...reporting,
    stateMachineArn: machineArnOf(STATE_MACHINE_ARN),
    tickets: createTickets(table, systemClock),
    partners: createPartners(table),
    partnerNames: createPartnerNames(table),
    newId: randomUUID,
    contracts: createContracts(table),
    workflows: createWorkflows({
      client: new SFNClient(clientSettings({ maxAttempts: 3 })),
      stateMachineArn: STATE_MACHINE_ARN,
    }),
    alerts: createAlerts({ client: new EventBridgeClient(clientSettings({ maxAttempts: 3 })) }),
    catalogue: readCatalogue(CATALOGUE_FILE),
    clock: systemClock,
  };
}
