import { createContracts, createPartners } from '../../adapters/aws/contract-records.ts';
import { createOnboardings, createStalls, createSteps } from '../../adapters/aws/onboarding-records.ts';
import { createResourceReferences } from '../../adapters/aws/resource-references.ts';
import { createTable } from '../../adapters/aws/table.ts';
import { createUsers } from '../../adapters/aws/user-records.ts';
import { readEnvironment } from '../../adapters/environment.ts';
import { createAssertionSigner } from '../../adapters/okta/assertion-signer.ts';
import { createUserDirectory } from '../../adapters/okta/user-directory.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { createVendorPace } from '../../adapters/vendor-pace.ts';
import { vendors } from '../../adapters/vendors.ts';

export function dependencies(env: NodeJS.ProcessEnv) {
  const { TABLE_NAME, OKTA_URL, OKTA_CLIENT_ID, OKTA_SIGNER } = readEnvironment(env, [
    'TABLE_NAME',
    'OKTA_URL',
    'OKTA_CLIENT_ID',
    'OKTA_SIGNER',
  ]);
  const table = createTable({ tableName: TABLE_NAME, env });
  return {
    executions: createOnboardings(table, systemClock),
    steps: createSteps(table),
    stalls: createStalls(table),
    contracts: createContracts(table),
    partners: createPartners(table),
    clock: systemClock,
    vendors,
    pace: createVendorPace(['directory-users'], table, env),
    references: createResourceReferences(table),
    users: createUsers(table),
    directory: createUserDirectory({
      orgUrl: OKTA_URL,
      clientId: OKTA_CLIENT_ID,
      clock: systemClock,
      signer: createAssertionSigner({
        reference: OKTA_SIGNER,
        names: ['oktaPrivateKey'],
        clock: systemClock,
        env,
      }),
    }),
  };
}
