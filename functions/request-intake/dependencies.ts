import { randomUUID } from 'node:crypto';
import { createContracts, createPartners } from '../../adapters/aws/contract-records.ts';
import { createOnboardings, createStalls, createTickets } from '../../adapters/aws/onboarding-records.ts';
import { createLookAlikeAlerts } from '../../adapters/aws/proposal-alerts.ts';
import { createNameLooks } from '../../adapters/aws/name-looks.ts';
import { createPartnerNames } from '../../adapters/aws/partner-names.ts';
import { createTable } from '../../adapters/aws/table.ts';
import { createUsers } from '../../adapters/aws/user-records.ts';
import { readCatalogue } from '../../adapters/catalogue-file.ts';
import { readEnvironment } from '../../adapters/environment.ts';
import { createAssertionSigner } from '../../adapters/okta/assertion-signer.ts';
import { createUserDirectory } from '../../adapters/okta/user-directory.ts';
import { systemClock } from '../../adapters/system-clock.ts';

export function dependencies(env: NodeJS.ProcessEnv) {
  const { TABLE_NAME, CATALOGUE_FILE, OKTA_URL, OKTA_CLIENT_ID, OKTA_SIGNER } = readEnvironment(env, [
    'TABLE_NAME',
    'CATALOGUE_FILE',
    'OKTA_URL',
    'OKTA_CLIENT_ID',
    'OKTA_SIGNER',
  ]);
  const table = createTable({ tableName: TABLE_NAME, env });
  return {
    tickets: createTickets(table, systemClock),
    partners: createPartners(table),
    partnerNames: createPartnerNames(table),
    nameLooks: createNameLooks(table, systemClock),
    lookAlikeAlerts: createLookAlikeAlerts({ env }),
    newId: randomUUID,
    contracts: createContracts(table),
    onboardings: createOnboardings(table, systemClock),
    stalls: createStalls(table),
    users: createUsers(table),
    directory: createUserDirectory({
      orgUrl: OKTA_URL,
      clientId: OKTA_CLIENT_ID,
      rights: 'reader',
      clock: systemClock,
      signer: createAssertionSigner({
        reference: OKTA_SIGNER,
        names: ['oktaReaderKey', 'oktaPrivateKey'],
        clock: systemClock,
        env,
      }),
    }),
    catalogue: readCatalogue(CATALOGUE_FILE),
    clock: systemClock,
  };
}
