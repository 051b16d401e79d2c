import { createClientContexts } from '../../adapters/aws/contract-records.ts';
import { createDenials } from '../../adapters/aws/denial-records.ts';
import { createIssuerReader, createUsedJtiLookup } from '../../adapters/aws/issuer-records.ts';
import { createMacKey } from '../../adapters/aws/kms-mac.ts';
import { createSessionLookup, createSignInContexts } from '../../adapters/aws/sign-in-records.ts';
import { authorizerAttributes, createTableReader } from '../../adapters/aws/table-reader.ts';
import { createUserLookup } from '../../adapters/aws/user-records.ts';
import { readEnvironment } from '../../adapters/environment.ts';
import { createCurrentSealingKey } from '../../adapters/evaluation/sealing-keys.ts';
import { systemClock as clock } from '../../adapters/system-clock.ts';
import { createAccessTokenVerifier } from '../../adapters/tokens/access-tokens.ts';
import { createBearerTokens } from '../../adapters/tokens/bearer-tokens.ts';
import { ttlCache } from '../../core/cache.ts';
import type { Catalogue } from '../../core/catalogue/catalogue.ts';
import { environmentNamed } from '../../core/catalogue/environment.ts';
import { parseGrantTypes } from '../../core/contracts/records.ts';

/** How many verified tokens are cached at most. */
const maxTokens = 10_000;

/** Returns the last 256 bits of the signature, which only the issuer can produce. */
const endOfSignature = (token: string): string => token.slice(-43);

export function dependencies(env: NodeJS.ProcessEnv, openTable = createTableReader) {
  const {
    SALLYPORT_ENVIRONMENT,
    TABLE_NAME,
    TOKEN_ISSUER,
    PUBLIC_URL: publicUrl,
    THIRD_PARTY_PRODUCTS,
    GRANTS_ON,
    CATALOGUE_VERSION: catalogueVersion,
    SEALING_KEY_ID,
    API_STAGE,
    RATE_PLANS,
  } = readEnvironment(env, [
    'SALLYPORT_ENVIRONMENT',
    'TABLE_NAME',
    'TOKEN_ISSUER',
    'PUBLIC_URL',
    'THIRD_PARTY_PRODUCTS',
    'GRANTS_ON',
    'CATALOGUE_VERSION',
    'SEALING_KEY_ID',
    'API_STAGE',
    'RATE_PLANS',
  ]);
  const table = openTable({
    tableName: TABLE_NAME,
    requestTimeout: 2000,
    attributes: authorizerAttributes,
    env,
  });
  const judge = createBearerTokens({
    verify: createAccessTokenVerifier({ issuers: { pool: TOKEN_ISSUER.split(' '), publicUrl }, clock }),
    publicUrl,
    clock,
    readIssuer: createIssuerReader(table),
    isUsed: createUsedJtiLookup(table, clock),
  });
  const findClientContext = createClientContexts({ table, clock });
  return {
    environment: environmentNamed(SALLYPORT_ENVIRONMENT),
    publicUrl,
    enabledGrants: parseGrantTypes(GRANTS_ON),
    thirdPartyProducts: THIRD_PARTY_PRODUCTS.split(' '),
    clock,
    // Rejected tokens are not cached, so that they cannot evict valid ones.
    judge: ttlCache(
      {
        clock,
        limit: maxTokens,
        until: (judged) => ('rule' in judged ? undefined : judged.validUntil),
        indexOf: endOfSignature,
      },
      judge,
    ),
    isDenied: createDenials({ table, clock }),
    findClientContext,
    findSession: createSessionLookup({ table, clock }),
    findSignInContext: createSignInContexts({ table, clock, findClientContext }),
    findUser: createUserLookup({ table, clock }),
    ratePlans: JSON.parse(RATE_PLANS) as Catalogue['ratePlans'],
    catalogueVersion,
    sealingKey: createCurrentSealingKey({
      // One short attempt, because a call waits for it.
      macKey: createMacKey({ keyId: SEALING_KEY_ID, requestTimeout: 1000, attempts: 1, env }),
      stage: API_STAGE,
      clock,
    }),
  };
}
