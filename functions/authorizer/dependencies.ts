import { createHash } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { clientSettings } from '../../adapters/aws/client.ts';
import { createClientMappings } from '../../adapters/aws/client-mappings.ts';
import { createTable } from '../../adapters/aws/table.ts';
import { readEnvironment } from '../../adapters/environment.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { createAccessTokenVerifier } from '../../adapters/tokens/access-token-verifier.ts';
import { forSeconds, remembered } from '../../core/authorization/remembered.ts';

/** How long a function instance goes on believing a mapping: part of the delay with which a client is stopped. */
const mappingSeconds = 10;
const entries = 10_000;

export function dependencies(env: NodeJS.ProcessEnv) {
  const { TABLE_NAME, TOKEN_ISSUER } = readEnvironment(env, ['TABLE_NAME', 'TOKEN_ISSUER']);
  const table = createTable({ client: new DynamoDBClient(clientSettings({ maxAttempts: 3, requestTimeout: 2000 })), tableName: TABLE_NAME });
  const mappings = createClientMappings(table);
  return {
    verify: remembered(
      { clock: systemClock, limit: entries, until: ({ expiresAt }) => expiresAt },
      createAccessTokenVerifier({ issuer: TOKEN_ISSUER, clock: systemClock }),
      (token) => createHash('sha256').update(token).digest('base64'),
    ),
    findMapping: remembered({ clock: systemClock, limit: entries, until: forSeconds(mappingSeconds) }, (clientId) => mappings.find(clientId)),
  };
}

export type Dependencies = ReturnType<typeof dependencies>;
