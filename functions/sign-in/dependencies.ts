import { randomBytes } from 'node:crypto';
import { createApplicationOfClient } from '../../adapters/aws/application-records.ts';
import { createAuthorizerCache } from '../../adapters/aws/authorizer-cache.ts';
import { createClientContexts } from '../../adapters/aws/contract-records.ts';
import { createSecretOpener } from '../../adapters/aws/kms-secrets.ts';
import { createLaterFlush } from '../../adapters/aws/later-flush.ts';
import { createProviderOfDomain } from '../../adapters/aws/provider-records.ts';
import {
  createAttempts,
  createAuthorizationCodes,
  createEmailClaims,
  createSessions,
  createSignInContexts,
} from '../../adapters/aws/sign-in-records.ts';
import { createTable } from '../../adapters/aws/table.ts';
import { createUsers } from '../../adapters/aws/user-records.ts';
import { readBrands, type ShownBrands } from '../../adapters/brands-file.ts';
import { readEnvironment } from '../../adapters/environment.ts';
import { createOpenIdClient } from '../../adapters/federation/openid-client.ts';
import { createPublicExchange } from '../../adapters/http/public-exchange.ts';
import { systemClock as clock } from '../../adapters/system-clock.ts';
import { createIdTokenHints } from '../../adapters/tokens/id-token-hints.ts';
import { cacheSeconds } from '../../core/authorization/authorize.ts';
import { environmentNamed } from '../../core/catalogue/environment.ts';
import { recordCacheSeconds } from '../../core/clients/in-force.ts';
import { parseGrantTypes } from '../../core/contracts/records.ts';
import type { Logout } from '../../core/federation/logout.ts';
import type { SignIn } from '../../core/federation/sign-in.ts';

/** Milliseconds. The limit is short, because a person is waiting. */
const requestTimeout = 2000;

export interface SignInDependencies {
  readonly signIn: SignIn;
  readonly logout: Logout;
  readonly brands: ShownBrands;
  /** Where forms may lead: Chromium holds the redirects to providers and applications to it, too. */
  readonly formTargets: string;
}

export function dependencies(env: NodeJS.ProcessEnv): SignInDependencies {
  const settings = readEnvironment(env, [
    'SALLYPORT_ENVIRONMENT',
    'TABLE_NAME',
    'PUBLIC_URL',
    'GRANTS_ON',
    'CATALOGUE_FILE',
    'PARTNER_ADDRESSES',
    'PROVIDER_KEY_ID',
    'REST_API_ID',
    'API_STAGE',
  ]);
  const environment = environmentNamed(settings.SALLYPORT_ENVIRONMENT);
  const table = createTable({ tableName: settings.TABLE_NAME, requestTimeout, env });
  const findClientContext = createClientContexts({ table, clock });
  const findApplication = createApplicationOfClient(table);
  const sessions = createSessions(table);
  const loopback = settings.PARTNER_ADDRESSES === 'loopback';
  const ending = {
    clock,
    sessions,
    cache: createAuthorizerCache({ restApiId: settings.REST_API_ID, stage: settings.API_STAGE, env }),
    laterFlush: createLaterFlush({ env }),
    delays: { memorySeconds: recordCacheSeconds, cacheSeconds },
  };
  return {
    brands: readBrands(settings.CATALOGUE_FILE),
    formTargets: `'self' https:${loopback ? ' http://localhost:* http://127.0.0.1:*' : ''}`,
    signIn: {
      ...ending,
      issuer: settings.PUBLIC_URL,
      environment,
      enabledGrants: parseGrantTypes(settings.GRANTS_ON),
      newSecret: () => randomBytes(32).toString('base64url'),
      findApplication,
      findClientContext,
      findProviderOfDomain: createProviderOfDomain(table),
      findSignInContext: createSignInContexts({ table, clock, findClientContext }),
      attempts: createAttempts(table),
      codes: createAuthorizationCodes(table),
      users: createUsers(table),
      emailClaims: createEmailClaims(table),
      openId: createOpenIdClient({
        exchange: createPublicExchange({ loopback }),
        secrets: createSecretOpener({ keyId: settings.PROVIDER_KEY_ID, requestTimeout, env }),
        clock,
        loopback,
      }),
    },
    logout: {
      ...ending,
      environment,
      findApplication,
      idTokenHints: createIdTokenHints({ issuer: settings.PUBLIC_URL, clock }),
    },
  };
}
