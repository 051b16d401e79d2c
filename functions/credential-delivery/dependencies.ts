import { SESClient } from '@aws-sdk/client-ses';
import { clientSettings } from '../../adapters/aws/client.ts';
import { createLinks } from '../../adapters/aws/credential-records.ts';
import { createContracts, createPartners, readClientContext } from '../../adapters/aws/contract-records.ts';
import { createMacKey } from '../../adapters/aws/kms-mac.ts';
import {
  createJournalIntents,
  createOnboardings,
  createStalls,
  createSteps,
} from '../../adapters/aws/onboarding-records.ts';
import { createMailer } from '../../adapters/aws/ses-mailer.ts';
import { createTable } from '../../adapters/aws/table.ts';
import { readCatalogue } from '../../adapters/catalogue-file.ts';
import { readEnvironment } from '../../adapters/environment.ts';
import { createServiceNowCredentials } from '../../adapters/servicenow/credentials.ts';
import { createTicketDesk } from '../../adapters/servicenow/ticket-desk.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { createVendorPace } from '../../adapters/vendor-pace.ts';
import { renderCredentialMail } from '../../pages/mail.ts';

export function dependencies(env: NodeJS.ProcessEnv) {
  const {
    TABLE_NAME,
    CATALOGUE_FILE,
    LINK_KEY_ID,
    CODE_KEY_ID,
    MAIL_CONFIGURATION_SET,
    PUBLIC_URL,
    SERVICENOW_URL,
    SERVICENOW_CLIENT_ID,
    SERVICENOW_SECRET_ID,
  } = readEnvironment(env, [
    'TABLE_NAME',
    'CATALOGUE_FILE',
    'LINK_KEY_ID',
    'CODE_KEY_ID',
    'MAIL_CONFIGURATION_SET',
    'PUBLIC_URL',
    'SERVICENOW_URL',
    'SERVICENOW_CLIENT_ID',
    'SERVICENOW_SECRET_ID',
  ]);
  const table = createTable({ tableName: TABLE_NAME, env });
  return {
    executions: createOnboardings(table, systemClock),
    steps: createSteps(table),
    stalls: createStalls(table),
    pace: createVendorPace(['mails'], table, env),
    entries: createJournalIntents(table),
    links: createLinks(table),
    contracts: createContracts(table),
    partners: createPartners(table),
    findClientContext: (clientId: string) => readClientContext(table, clientId),
    linkKey: createMacKey({ keyId: LINK_KEY_ID, env }),
    codeKey: createMacKey({ keyId: CODE_KEY_ID, env }),
    renderMail: renderCredentialMail,
    mailer: createMailer({
      client: new SESClient(clientSettings({ maxAttempts: 1 })),
      configurationSet: MAIL_CONFIGURATION_SET,
    }),
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
    catalogue: readCatalogue(CATALOGUE_FILE),
    clock: systemClock,
    publicUrl: PUBLIC_URL,
  };
}
