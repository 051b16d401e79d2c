import type { WantedProvider } from '../../core/federation/provider-metadata.ts';
import { randomUUID } from 'node:crypto';
import { createApplicationClients, createApplications } from '../../adapters/aws/application-records.ts';
import { createAuthorizerCache } from '../../adapters/aws/authorizer-cache.ts';
import { createClients, createContracts, createPartners } from '../../adapters/aws/contract-records.ts';
import { createDisclosedKeys } from '../../adapters/aws/disclosed-keys.ts';
import { createDenialLookup } from '../../adapters/aws/denial-records.ts';
import { createIssuers } from '../../adapters/aws/issuer-records.ts';
import { createMacKey } from '../../adapters/aws/kms-mac.ts';
import { createSecretSealer } from '../../adapters/aws/kms-secrets.ts';
import { createLaterFlush } from '../../adapters/aws/later-flush.ts';
import { createProposalAlerts } from '../../adapters/aws/proposal-alerts.ts';
import { createNameLooks } from '../../adapters/aws/name-looks.ts';
import { createPartnerNames } from '../../adapters/aws/partner-names.ts';
import { createProviderDomains, createProviders } from '../../adapters/aws/provider-records.ts';
import { createSessionReader, createSignInContextReader } from '../../adapters/aws/sign-in-records.ts';
import { createTable } from '../../adapters/aws/table.ts';
import { createClientKeys, createGrantUse } from '../../adapters/aws/token-records.ts';
import { createUsers } from '../../adapters/aws/user-records.ts';
import { readCatalogue } from '../../adapters/catalogue-file.ts';
import { readEnvironment } from '../../adapters/environment.ts';
import { createOpenEvaluation } from '../../adapters/evaluation/open-evaluation.ts';
import { readProviderMetadata } from '../../adapters/federation/discovery.ts';
import { createPublicJson } from '../../adapters/http/public-json.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { createOperatorTokenVerifier } from '../../adapters/tokens/operator-token-verifier.ts';
import { checkSample } from '../../adapters/tokens/third-party-verifier.ts';
import { createKeyReader } from '../../adapters/trust/key-reader.ts';
import { cacheSeconds } from '../../core/authorization/authorize.ts';
import { environmentNamed } from '../../core/catalogue/environment.ts';
import { recordCacheSeconds } from '../../core/clients/in-force.ts';
import { parseGrantTypes } from '../../core/contracts/records.ts';
import { ApiProblem } from '../../middleware/http-api/api-problem.ts';
import { withClaims } from '../../core/lifecycle/claims.ts';
import { readSignIn } from '../../core/tokens/standing.ts';

export function dependencies(env: NodeJS.ProcessEnv) {
  const {
    TABLE_NAME,
    CATALOGUE_FILE,
    PUBLIC_URL,
    GRANTS_ON,
    TOKEN_ISSUER,
    OPERATOR_ISSUER,
    OPERATOR_CLIENT_ID,
    REST_API_ID,
    API_STAGE,
    PARTNER_ADDRESSES,
    SALLYPORT_ENVIRONMENT,
    CATALOGUE_VERSION: catalogueVersion,
    SEALING_KEY_ID,
    PROVIDER_KEY_ID,
  } = readEnvironment(env, [
    'TABLE_NAME',
    'CATALOGUE_FILE',
    'PUBLIC_URL',
    'GRANTS_ON',
    'TOKEN_ISSUER',
    'OPERATOR_ISSUER',
    'OPERATOR_CLIENT_ID',
    'REST_API_ID',
    'API_STAGE',
    'PARTNER_ADDRESSES',
    'SALLYPORT_ENVIRONMENT',
    'CATALOGUE_VERSION',
    'SEALING_KEY_ID',
    'PROVIDER_KEY_ID',
  ]);
  const tokenIssuers = TOKEN_ISSUER.split(' ');
  const operatorIssuers = OPERATOR_ISSUER.split(' ');
  const table = createTable({ tableName: TABLE_NAME, env });
  const loopback = PARTNER_ADDRESSES === 'loopback';
  const readDocument = createPublicJson({ service: 'provider', operation: 'GetMetadata', loopback });
  return {
    verify: createOperatorTokenVerifier({
      issuers: operatorIssuers,
      clientId: OPERATOR_CLIENT_ID,
      clock: systemClock,
    }),
    partners: createPartners(table),
    partnerNames: createPartnerNames(table),
    nameLooks: createNameLooks(table, systemClock),
    newId: randomUUID,
    contracts: createContracts(table),
    clients: createClients(table),
    clientKeys: createClientKeys(table),
    grantUse: createGrantUse(table, systemClock),
    users: createUsers(table),
    issuers: createIssuers(table),
    disclosedKeys: createDisclosedKeys(table, systemClock),
    applications: withClaims(createApplications(table), {
      claims: createApplicationClients(table),
      idOf: ({ applicationId }) => applicationId,
      thingsOf: ({ signIn }) => (signIn === undefined ? [] : [signIn.clientId]),
      taken: clientTaken,
      clock: systemClock,
      newId: randomUUID,
    }),
    providers: withClaims(createProviders(table), {
      claims: createProviderDomains(table),
      idOf: ({ providerId }) => providerId,
      thingsOf: ({ domains }) => domains,
      taken: domainTaken,
      clock: systemClock,
      newId: randomUUID,
    }),
    readProviderMetadata: (wanted: WantedProvider) => readProviderMetadata(readDocument, wanted),
    secretSealer: createSecretSealer({ keyId: PROVIDER_KEY_ID, env }),
    signInUrl: PUBLIC_URL,
    /** Whether addresses on this machine are allowed, too. Only the local twin sets this. */
    loopback,
    readKeys: createKeyReader({
      clock: systemClock,
      readJson: createPublicJson({
        service: 'jwks',
        operation: 'GetKeys',
        loopback,
      }),
    }),
    checkSample,
    catalogue: readCatalogue(CATALOGUE_FILE),
    catalogueVersion,
    environment: environmentNamed(SALLYPORT_ENVIRONMENT),
    openEvaluation: createOpenEvaluation({
      macKey: createMacKey({ keyId: SEALING_KEY_ID, env }),
      stage: API_STAGE,
      clock: systemClock,
    }),
    isDenied: createDenialLookup(table),
    readSignIn: (sid: string, parties: Parameters<typeof readSignIn>[2]) =>
      readSignIn(
        {
          findSession: createSessionReader(table),
          findSignInContext: createSignInContextReader(table),
        },
        sid,
        parties,
      ),
    enabledGrants: parseGrantTypes(GRANTS_ON),
    accessTokenIssuers: { pool: tokenIssuers, publicUrl: PUBLIC_URL },
    addresses: { publicUrl: PUBLIC_URL, otherIssuers: [PUBLIC_URL, ...tokenIssuers, ...operatorIssuers] },
    cache: createAuthorizerCache({ restApiId: REST_API_ID, stage: API_STAGE, env }),
    laterFlush: createLaterFlush({ env }),
    proposalAlerts: createProposalAlerts({ env }),
    delays: { memorySeconds: recordCacheSeconds, cacheSeconds },
    clock: systemClock,
  };
}

export type OperatorApiDependencies = ReturnType<typeof dependencies>;

const clientTaken = (clientId: string): ApiProblem =>
  new ApiProblem({
    status: 409,
    code: 'client_taken',
    title: 'The client belongs to another application.',
    extensions: { clientId },
  });
const domainTaken = (domain: string): ApiProblem =>
  new ApiProblem({
    status: 409,
    code: 'domain_taken',
    title: 'Another identity provider vouches for this domain.',
    extensions: { domain },
  });
