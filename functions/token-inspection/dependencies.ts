import { createClientSecretCheck } from '../../adapters/aws/cognito-client-secret-check.ts';
import { createCognitoTokenEndpoint } from '../../adapters/aws/cognito-token-endpoint.ts';
import { createClientContexts } from '../../adapters/aws/contract-records.ts';
import { createDenialList } from '../../adapters/aws/denial-records.ts';
import { createIssuerReader, createUsedJtis } from '../../adapters/aws/issuer-records.ts';
import {
  createRefreshTokens,
  createSessionLookup,
  createSessions,
  createSignInContexts,
} from '../../adapters/aws/sign-in-records.ts';
import { createTable } from '../../adapters/aws/table.ts';
import { createClientKeyLookup } from '../../adapters/aws/token-records.ts';
import { createUserLookup } from '../../adapters/aws/user-records.ts';
import { readEnvironment } from '../../adapters/environment.ts';
import { systemClock as clock } from '../../adapters/system-clock.ts';
import { createAccessTokens, createAccessTokenVerifier } from '../../adapters/tokens/access-tokens.ts';
import { createClientAssertions } from '../../adapters/tokens/client-assertion-verifier.ts';
import { parseGrantTypes } from '../../core/contracts/records.ts';
import { createRevocableTokens, createThirdPartyTokens } from '../../adapters/tokens/third-party-tokens.ts';
import { environmentNamed } from '../../core/catalogue/environment.ts';
import type { AssertionCheckDependencies } from '../../core/tokens/check-assertion.ts';
import type { IntrospectionDependencies } from '../../core/tokens/introspection.ts';

export function dependencies(env: NodeJS.ProcessEnv): IntrospectionDependencies & AssertionCheckDependencies {
  const { SALLYPORT_ENVIRONMENT, TABLE_NAME, PUBLIC_URL, TOKEN_ISSUER, COGNITO_TOKEN_URL, GRANTS_ON } =
    readEnvironment(env, [
      'SALLYPORT_ENVIRONMENT',
      'TABLE_NAME',
      'PUBLIC_URL',
      'TOKEN_ISSUER',
      'COGNITO_TOKEN_URL',
      'GRANTS_ON',
    ]);
  const table = createTable({ tableName: TABLE_NAME, env });
  const denialList = createDenialList(table);
  const registry = { findIssuer: createIssuerReader(table), clock };
  const clientAssertions = createClientAssertions({
    clientKeys: createClientKeyLookup(table, clock),
    audience: PUBLIC_URL,
    clock,
  });
  const thirdPartyTokens = createThirdPartyTokens({
    ...registry,
    isDenied: (digest) => denialList.isDenied(digest),
  });
  const findClientContext = createClientContexts({ table, clock });
  return {
    environment: environmentNamed(SALLYPORT_ENVIRONMENT),
    publicUrl: PUBLIC_URL,
    enabledGrants: parseGrantTypes(GRANTS_ON),
    clock,
    denialList,
    findClientContext,
    findSession: createSessionLookup({ table, clock }),
    findSignInContext: createSignInContexts({ table, clock, findClientContext }),
    findUser: createUserLookup({ table, clock }),
    clientSecretVerifier: createClientSecretCheck(createCognitoTokenEndpoint(COGNITO_TOKEN_URL), clock),
    clientAssertions,
    assertionChecks: {
      checkOfClient: clientAssertions.checkOfClient,
      checkOfThirdParty: thirdPartyTokens.checkOfThirdParty,
    },
    usedJtis: createUsedJtis(table, clock),
    thirdPartyTokens,
    revocableTokens: createRevocableTokens(registry),
    refreshTokens: createRefreshTokens(table),
    sessions: createSessions(table),
    accessTokens: createAccessTokens({
      verify: createAccessTokenVerifier({
        issuers: { pool: TOKEN_ISSUER.split(' '), publicUrl: PUBLIC_URL },
        clock,
      }),
      isDenied: (digest) => denialList.isDenied(digest),
    }),
  };
}
