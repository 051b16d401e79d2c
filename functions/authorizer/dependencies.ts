import { createMappingLookup } from '../../adapters/aws/client-mappings.ts';
import { createTableReader } from '../../adapters/aws/table-reader.ts';
import { readEnvironment } from '../../adapters/environment.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { createAccessTokenVerifier } from '../../adapters/tokens/access-token-verifier.ts';
import { forSeconds, remembered } from '../../core/authorization/remembered.ts';
import type { DecideDependencies } from './decide.ts';

/** How long a function instance goes on believing a mapping: part of the delay with which a client is stopped. */
const mappingSeconds = 10;
const entries = 10_000;

/** 256 bits that only the issuer can make. */
const endOfSignature = (token: string): string => token.slice(-43);

export function dependencies(env: NodeJS.ProcessEnv): DecideDependencies {
  const { TABLE_NAME, TOKEN_ISSUER } = readEnvironment(env, ['TABLE_NAME', 'TOKEN_ISSUER']);
  const findMapping = createMappingLookup(createTableReader({ tableName: TABLE_NAME, requestTimeout: 2000, env }));
  return {
    verify: remembered(
      { clock: systemClock, limit: entries, until: ({ expiresAt }) => expiresAt, indexOf: endOfSignature },
      createAccessTokenVerifier({ issuer: TOKEN_ISSUER, clock: systemClock }),
    ),
    findMapping: remembered({ clock: systemClock, limit: entries, until: forSeconds(mappingSeconds) }, findMapping),
  };
}
