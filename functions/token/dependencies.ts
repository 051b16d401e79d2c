import { randomBytes, randomUUID } from 'node:crypto';
import { createAuthorizerCache } from '../../adapters/aws/authorizer-cache.ts';
import { createClientSecretCheck } from '../../adapters/aws/cognito-client-secret-check.ts';
import { createCognitoTokenEndpoint } from '../../adapters/aws/cognito-token-endpoint.ts';
import { createClientContexts } from '../../adapters/aws/contract-records.ts';
import { createDenialLookup } from '../../adapters/aws/denial-records.ts';
import { createIdentityPool } from '../../adapters/aws/identity-pool.ts';
import { createIssuerLookup, createUsedJtis } from '../../adapters/aws/issuer-records.ts';
import { createJwtSigner, createTokenSigner } from '../../adapters/aws/kms-token-signer.ts';
import { createLaterFlush } from '../../adapters/aws/later-flush.ts';
import {
  createAuthorizationCodes,
  createRefreshTokens,
  createSessionLookup,
  createSessions,
  createSignInContexts,
} from '../../adapters/aws/sign-in-records.ts';
import { createTable } from '../../adapters/aws/table.ts';
import {
  createClientKeyLookup,
  createGrantUse,
  createAttemptLimit,
} from '../../adapters/aws/token-records.ts';
import { createUserLookup } from '../../adapters/aws/user-records.ts';
import { readEnvironment } from '../../adapters/environment.ts';
import { createAssertionSigner } from '../../adapters/okta/assertion-signer.ts';
import { createPasswordLogin } from '../../adapters/okta/password-login.ts';
import { systemClock as clock } from '../../adapters/system-clock.ts';
import { createAccessTokens, createAccessTokenVerifier } from '../../adapters/tokens/access-tokens.ts';
import { createClientAssertions } from '../../adapters/tokens/client-assertion-verifier.ts';
import { createThirdPartyTokens } from '../../adapters/tokens/third-party-tokens.ts';
import { cacheSeconds } from '../../core/authorization/authorize.ts';
import { recordCacheSeconds } from '../../core/clients/in-force.ts';
import { parseGrantTypes } from '../../core/contracts/records.ts';
import { environmentNamed } from '../../core/catalogue/environment.ts';
import type { TokenEndpointDependencies } from '../../core/tokens/grant-handler.ts';
import { wrongPasswordLimits } from '../../core/tokens/password.ts';

/** Milliseconds after which an attempt is given up. */
const requestTimeout = 5000;

export function dependencies(env: NodeJS.ProcessEnv): TokenEndpointDependencies {
  const settings = readEnvironment(env, [
    'SALLYPORT_ENVIRONMENT',
    'TABLE_NAME',
    'PUBLIC_URL',
    'GRANTS_ON',
    'SIGNING_KEY_IDS',
    'TOKEN_ISSUER',
    'COGNITO_TOKEN_URL',
    'OKTA_URL',
    'OKTA_LOGIN_CLIENT_ID',
    'OKTA_LOGIN_SIGNER',
    'DEVELOPER_PROVIDER',
    'REST_API_ID',
    'API_STAGE',
  ]);
  const identityPoolId = env['IDENTITY_POOL_ID'];
  const issuer = settings.PUBLIC_URL;
  const [signingKeyId = ''] = settings.SIGNING_KEY_IDS.split(' ');
  const table = createTable({ tableName: settings.TABLE_NAME, requestTimeout, env });
  const clientCredentialsIssuer = createCognitoTokenEndpoint(settings.COGNITO_TOKEN_URL);
  const findClientContext = createClientContexts({ table, clock });
  return {
    environment: environmentNamed(settings.SALLYPORT_ENVIRONMENT),
    enabledGrants: parseGrantTypes(settings.GRANTS_ON),
    issuer,
    clock,
    newId: randomUUID,
    signer: createTokenSigner({ keyId: signingKeyId, requestTimeout, env }),
    findClientContext,
    findSession: createSessionLookup({ table, clock }),
    findSignInContext: createSignInContexts({ table, clock, findClientContext }),
    clientCredentialsIssuer,
    clientSecretVerifier: createClientSecretCheck(clientCredentialsIssuer, clock),
    clientAssertions: createClientAssertions({
      clientKeys: createClientKeyLookup(table, clock),
      audience: issuer,
      clock,
    }),
    usedJtis: createUsedJtis(table, clock),
    codes: createAuthorizationCodes(table),
    refreshTokens: createRefreshTokens(table),
    newSecret: () => randomBytes(32).toString('base64url'),
    cache: createAuthorizerCache({ restApiId: settings.REST_API_ID, stage: settings.API_STAGE, env }),
    laterFlush: createLaterFlush({ env }),
    delays: { memorySeconds: recordCacheSeconds, cacheSeconds },
    sessions: createSessions(table),
    idTokenSigner: createJwtSigner({ keyId: signingKeyId, typ: 'JWT', requestTimeout, env }),
    passwordLogin: createPasswordLogin({
      orgUrl: settings.OKTA_URL,
      clientId: settings.OKTA_LOGIN_CLIENT_ID,
      clock,
      signer: createAssertionSigner({
        reference: settings.OKTA_LOGIN_SIGNER,
        names: ['oktaLoginKey'],
        clock,
        env,
      }),
    }),
    passwordAttempts: {
      ofUser: createAttemptLimit(table, clock, wrongPasswordLimits.ofUser),
      fromAddress: createAttemptLimit(table, clock, wrongPasswordLimits.fromAddress),
    },
    grantUse: createGrantUse(table, clock),
    thirdPartyTokens: createThirdPartyTokens({
      findIssuer: createIssuerLookup({ table, clock }),
      clock,
      isDenied: createDenialLookup(table),
    }),
    findUser: createUserLookup({ table, clock }),
    accessTokens: createAccessTokens({
      verify: createAccessTokenVerifier({
        issuers: { pool: settings.TOKEN_ISSUER.split(' '), publicUrl: issuer },
        clock,
      }),
      isDenied: createDenialLookup(table),
    }),
    ...(identityPoolId !== undefined && {
      identityPool: createIdentityPool({
        poolId: identityPoolId,
        developerProvider: settings.DEVELOPER_PROVIDER,
        env,
      }),
    }),
  };
}
