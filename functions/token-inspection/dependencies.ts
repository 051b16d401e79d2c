import { createClientSecretCheck } from '../../adapters/aws/cognito-client-secret-check.ts';
import { createCognitoTokenEndpoint } from '../../adapters/aws/cognito-token-endpoint.ts';
import { createClientContexts } from '../../adapters/aws/contract-records.ts';
import { createDenialList } from '../../adapters/aws/denial-records.ts';
import { createIssuerLookup, createUsedJtis } from '../../adapters/aws/issuer-records.ts';
import { createTable } from '../../adapters/aws/table.ts';
import { createClientKeyLookup, createLocalUsers } from '../../adapters/aws/token-records.ts';
import { readEnvironment } from '../../adapters/environment.ts';
import { systemClock as clock } from '../../adapters/system-clock.ts';
import { createAccessTokens, createAccessTokenVerifier } from '../../adapters/tokens/access-tokens.ts';
import { createClientAssertions } from '../../adapters/tokens/client-assertion-verifier.ts';
import { environmentNamed } from '../../core/catalogue/environment.ts';
import { createThirdPartyTokens } from '../../adapters/tokens/third-party-tokens.ts';
import type { AssertionCheckDependencies } from '../../core/tokens/check-assertion.ts';
import type { IntrospectionDependencies } from '../../core/tokens/introspection.ts';

export function dependencies(env: NodeJS.ProcessEnv): IntrospectionDependencies & AssertionCheckDependencies {
  const { SALLYPORT_ENVIRONMENT, TABLE_NAME, PUBLIC_URL, TOKEN_ISSUER, COGNITO_TOKEN_URL } = readEnvironment(
    env,
    ['SALLYPORT_ENVIRONMENT', 'TABLE_NAME', 'PUBLIC_URL', 'TOKEN_ISSUER', 'COGNITO_TOKEN_URL'],
  );
  const table = createTable({ tableName: TABLE_NAME, env });
  const denialList = createDenialList(table);
  const clientAssertions = createClientAssertions({
    clientKeys: createClientKeyLookup(table, clock),
    audience: PUBLIC_URL,
    clock,
  });
  const thirdPartyTokens = createThirdPartyTokens({
    findIssuer: createIssuerLookup({ table, clock }),
    clock,
  });
  return {
    environment: environmentNamed(SALLYPORT_ENVIRONMENT),
    clock,
    denialList,
    findClientContext: createClientContexts({ table, clock }),
    clientSecretVerifier: createClientSecretCheck(createCognitoTokenEndpoint(COGNITO_TOKEN_URL), clock),
    clientAssertions,
    assertionChecks: {
      checkOfClient: clientAssertions.checkOfClient,
      checkOfThirdParty: thirdPartyTokens.checkOfThirdParty,
    },
    localUsers: createLocalUsers(table),
    usedJtis: createUsedJtis(table, clock),
    accessTokens: createAccessTokens({
      verify: createAccessTokenVerifier({
        issuers: { pool: TOKEN_ISSUER.split(' '), publicUrl: PUBLIC_URL },
        clock,
      }),
      isDenied: (digest) => denialList.isDenied(digest),
    }),
  };
}
