import { randomUUID } from 'node:crypto';
import { createClientContexts } from '../../adapters/aws/contract-records.ts';
import { createDenialLookup } from '../../adapters/aws/denial-records.ts';
import { createIssuerLookup, createUsedJtis } from '../../adapters/aws/issuer-records.ts';
import { createTokenSigner } from '../../adapters/aws/kms-token-signer.ts';
import { createSessionLookup, createSignInContexts } from '../../adapters/aws/sign-in-records.ts';
import { createTable } from '../../adapters/aws/table.ts';
import { createUserLookup } from '../../adapters/aws/user-records.ts';
import { readEnvironment } from '../../adapters/environment.ts';
import { systemClock as clock } from '../../adapters/system-clock.ts';
import { createAccessTokens, createAccessTokenVerifier } from '../../adapters/tokens/access-tokens.ts';
import { createThirdPartyTokens } from '../../adapters/tokens/third-party-tokens.ts';
import { parseGrantTypes } from '../../core/contracts/records.ts';
import { environmentNamed } from '../../core/catalogue/environment.ts';
import type { Sessions } from '../../core/tokens/session.ts';

/** Milliseconds. The limit is short, because a person is waiting. */
const requestTimeout = 2000;

export function dependencies(env: NodeJS.ProcessEnv): Sessions {
  const {
    SALLYPORT_ENVIRONMENT,
    TABLE_NAME,
    PUBLIC_URL: issuer,
    SIGNING_KEY_IDS,
    GRANTS_ON,
  } = readEnvironment(env, [
    'SALLYPORT_ENVIRONMENT',
    'TABLE_NAME',
    'PUBLIC_URL',
    'SIGNING_KEY_IDS',
    'GRANTS_ON',
  ]);
  const [signingKeyId = ''] = SIGNING_KEY_IDS.split(' ');
  const table = createTable({ tableName: TABLE_NAME, requestTimeout, env });
  const findClientContext = createClientContexts({ table, clock });
  return {
    environment: environmentNamed(SALLYPORT_ENVIRONMENT),
    enabledGrants: parseGrantTypes(GRANTS_ON),
    issuer,
    clock,
    newId: randomUUID,
    signer: createTokenSigner({ keyId: signingKeyId, requestTimeout, env }),
    findClientContext,
    findSession: createSessionLookup({ table, clock }),
    findSignInContext: createSignInContexts({ table, clock, findClientContext }),
    thirdPartyTokens: createThirdPartyTokens({
      findIssuer: createIssuerLookup({ table, clock }),
      clock,
      isDenied: createDenialLookup(table),
    }),
    findUser: createUserLookup({ table, clock }),
    usedJtis: createUsedJtis(table, clock),
    accessTokens: createAccessTokens({
      verify: createAccessTokenVerifier({ issuers: { pool: [], publicUrl: issuer }, clock }),
      isDenied: createDenialLookup(table),
    }),
  };
}
