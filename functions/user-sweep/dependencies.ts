import { createAuthorizerCache } from '../../adapters/aws/authorizer-cache.ts';
import { createLaterFlush } from '../../adapters/aws/later-flush.ts';
import { createReferenceReader } from '../../adapters/aws/resource-references.ts';
import { createTable } from '../../adapters/aws/table.ts';
import { createUserRemoval, createUsers } from '../../adapters/aws/user-records.ts';
import { readEnvironment } from '../../adapters/environment.ts';
import { createAssertionSigner } from '../../adapters/okta/assertion-signer.ts';
import { createPartnerProfiles } from '../../adapters/okta/partner-profiles.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { profileResource } from '../../core/access/profile.ts';
import { cacheSeconds } from '../../core/authorization/authorize.ts';
import { recordCacheSeconds } from '../../core/clients/in-force.ts';

export function dependencies(env: NodeJS.ProcessEnv) {
  const { TABLE_NAME, OKTA_URL, OKTA_CLIENT_ID, OKTA_SIGNER, REST_API_ID, API_STAGE, PERSONAL_DATA_DAYS } =
    readEnvironment(env, [
      'TABLE_NAME',
      'OKTA_URL',
      'OKTA_CLIENT_ID',
      'OKTA_SIGNER',
      'REST_API_ID',
      'API_STAGE',
      'PERSONAL_DATA_DAYS',
    ]);
  const table = createTable({ tableName: TABLE_NAME, env });
  const isReferred = createReferenceReader(table);
  return {
    users: createUsers(table),
    removeRecord: createUserRemoval(table),
    personalDataDays: Number(PERSONAL_DATA_DAYS),
    profiles: createPartnerProfiles({
      orgUrl: OKTA_URL,
      clientId: OKTA_CLIENT_ID,
      clock: systemClock,
      signer: createAssertionSigner({
        reference: OKTA_SIGNER,
        names: ['oktaReaderKey', 'oktaPrivateKey'],
        clock: systemClock,
        env,
      }),
    }),
    isOnboarded: (user: Parameters<typeof profileResource>[0]) => isReferred(profileResource(user)),
    cache: createAuthorizerCache({ restApiId: REST_API_ID, stage: API_STAGE, env }),
    laterFlush: createLaterFlush({ env }),
    delays: { memorySeconds: recordCacheSeconds, cacheSeconds },
    clock: systemClock,
  };
}
