import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { setTimeout } from 'node:timers/promises';
import { clientSettings } from '../../adapters/aws/client.ts';
import { createClientSecrets } from '../../adapters/aws/cognito-client-secrets.ts';
import { createClientContexts, createContracts } from '../../adapters/aws/contract-records.ts';
import { createLinks, createSecretLedger } from '../../adapters/aws/credential-records.ts';
import { createMacVerifier } from '../../adapters/aws/kms-mac.ts';
import { createJournalIntents, createOnboardings } from '../../adapters/aws/onboarding-records.ts';
import { createTable } from '../../adapters/aws/table.ts';
import { readCatalogue } from '../../adapters/catalogue-file.ts';
import { readEnvironment } from '../../adapters/environment.ts';
import { createServiceNowCredentials } from '../../adapters/servicenow/credentials.ts';
import { createTicketDesk } from '../../adapters/servicenow/ticket-desk.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { createVendorPace } from '../../adapters/vendor-pace.ts';
import type { PickUp } from '../../core/credentials/pick-up.ts';

/** Time limit and largest answer of calls to ServiceNow. The limit is short, because a person is waiting. */
const limits = { timeoutMilliseconds: 3000, maxAnswerBytes: 100_000 };

export function dependencies(env: NodeJS.ProcessEnv): PickUp {
  const {
    TABLE_NAME,
    CATALOGUE_FILE,
    CODE_KEY_ID,
    COGNITO_USER_POOL_ID,
    PUBLIC_URL,
    SERVICENOW_URL,
    SERVICENOW_CLIENT_ID,
    SERVICENOW_SECRET_ID,
  } = readEnvironment(env, [
    'TABLE_NAME',
    'CATALOGUE_FILE',
    'CODE_KEY_ID',
    'COGNITO_USER_POOL_ID',
    'PUBLIC_URL',
    'SERVICENOW_URL',
    'SERVICENOW_CLIENT_ID',
    'SERVICENOW_SECRET_ID',
  ]);
  const table = createTable({ tableName: TABLE_NAME, requestTimeout: 2000, env });
  return {
    links: createLinks(table),
    contracts: createContracts(table),
    findClientContext: createClientContexts({ table, clock: systemClock }),
    ledger: createSecretLedger(table),
    onboardings: createOnboardings(table, systemClock),
    entries: createJournalIntents(table),
    macs: createMacVerifier({ keyId: CODE_KEY_ID, requestTimeout: 2000, env }),
    secrets: createClientSecrets({
      client: new CognitoIdentityProviderClient(clientSettings({ maxAttempts: 1, requestTimeout: 3000 })),
      userPoolId: COGNITO_USER_POOL_ID,
    }),
    desk: createTicketDesk({
      url: SERVICENOW_URL,
      clock: systemClock,
      limits,
      credentials: createServiceNowCredentials({
        secretId: SERVICENOW_SECRET_ID,
        clientId: SERVICENOW_CLIENT_ID,
        clock: systemClock,
        env,
      }),
    }),
    pace: createVendorPace(['client-changes'], table, env),
    pause: async (milliseconds) => {
      await setTimeout(milliseconds);
    },
    clock: systemClock,
    catalogue: readCatalogue(CATALOGUE_FILE),
    publicUrl: PUBLIC_URL,
  };
}
