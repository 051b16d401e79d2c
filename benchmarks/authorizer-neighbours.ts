import { marshall } from '@aws-sdk/util-dynamodb';
import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { randomBytes, randomUUID } from 'node:crypto';
import type { ClientMapping } from '../core/clients/client-mapping.ts';
import type { Contract } from '../core/contracts/records.ts';
import type { Partner } from '../core/partners/partner.ts';
import type { Issuer } from '../core/trust/records.ts';
import type { User } from '../core/users/user.ts';
import { serve } from '../local/kernel/serve.ts';

/** The issuer of a token: Cognito, Sallyport, or a third party in the trust registry. */
export const tokenKinds = ['cognito', 'own', 'third-party'] as const;
export type TokenKind = (typeof tokenKinds)[number];

/**
 * The services that an authorizer calls, replaced by stand-ins whose answers cost nothing: issuers with one
 * common key, and a table with one client.
 */
export interface Neighbours {
  readonly issuers: Readonly<Record<TokenKind, string>>;
  readonly keySet: { keys: Record<'kty' | 'kid' | 'alg' | 'use' | 'n' | 'e', string>[] };
  /** The environment that the authorizer's function needs. */
  readonly environment: NodeJS.ProcessEnv;
  /**
   * Creates distinct tokens as Cognito issues them to machines, as Sallyport does, or as a third party does
   * for its user.
   */
  readonly tokens: (kind: TokenKind, count: number) => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
}

const clientId = '5kq2v0c1m8d3f7h9j4l6n2p0r1';
const scopes = ['credit-reports/read', 'credit-reports/write'];
const mapping: ClientMapping = {
  clientId,
  partnerId: 'partner-1',
  contractId: 'partner-1.credit-reports',
  product: 'credit-reports',
  onboardingId: 'RITM0010001-b2b-onboarding-DEV-1',
  status: 'active',
  version: 1,
  changes: [],
  apiKey: 'k'.repeat(40),
  scopes,
  routes: [
    { method: 'GET', path: '/apis/credit-reports/reports', scope: 'credit-reports/read' },
    { method: 'GET', path: '/apis/credit-reports/reports/{id}', scope: 'credit-reports/read' },
    { method: 'POST', path: '/apis/credit-reports/reports', scope: 'credit-reports/write' },
  ],
  ipRanges: ['198.51.100.0/24', '203.0.113.10', '2001:db8:7::/48'],
};

const contract: Contract = {
  contractId: mapping.contractId,
  partnerId: mapping.partnerId,
  products: { 'credit-reports': scopes },
  ratePlan: 'standard',
  ipRanges: [],
  environments: ['DEV'],
  startsAt: '2026-01-01T00:00:00.000Z',
  endsAt: '2036-01-01T00:00:00.000Z',
  owner: 'owner@company.example',
  grants: ['client_credentials'],
  resourceServerOf: [],
  status: 'active',
  version: 1,
  changes: [],
};
const partner: Partner = {
  partnerId: mapping.partnerId,
  name: 'Partner',
  status: 'active',
  version: 1,
  changes: [],
};
const userId = 'dana.li';
const user: User = {
  userId,
  partnerId: partner.partnerId,
  origin: 'directory',
  profile: { profileId: 'profile-1', state: 'active', since: '2026-01-01T00:00:00.000Z' },
  status: 'active',
  version: 1,
  changes: [],
};
const thirdParty = 'https://login.partner.example';
const audience = 'https://api.benchmark.example';

/**
 * Returns the items of the table in the format of `GetItem`.
 * @param jwk of the key that all issuers sign with
 */
const itemsWith = (jwk: Issuer['keys'][number]['jwk'], kid: string) =>
  Object.entries({
    CLIENT: mapping,
    CONTRACT: contract,
    PARTNER: partner,
    USER: user,
    SHARED: { claims: new Set([mapping.onboardingId]) },
    ISSUER: {
      issuer: thirdParty,
      partnerId: partner.partnerId,
      clientId,
      audiences: [audience],
      principalClaim: 'sub',
      longestLife: 3600,
      uses: ['bearer'],
      keys: [{ kid, jwk, algorithm: 'RS256', thumbprint: kid }],
      status: 'active',
      version: 1,
      changes: [],
    } satisfies Issuer,
  }).map(([kind, record]) => [`"${kind}#`, JSON.stringify({ Item: marshall(record) })] as const);

/** The answer of KMS to `GenerateMac`. */
const mac = JSON.stringify({ Mac: randomBytes(32).toString('base64') });

/** Starts the stand-ins. */
export async function startNeighbours(): Promise<Neighbours> {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const { n = '', e = '' } = await exportJWK(publicKey);
  const header = { alg: 'RS256', kid: randomUUID() };
  const keySet = { keys: [{ kty: 'RSA', n, e, ...header, use: 'sig' }] };
  const items = itemsWith({ kty: 'RSA', n, e }, header.kid);
  /** Returns the table's answer to `GetItem`. No token is denied. */
  const itemOf = (body: string): string => items.find(([start]) => body.includes(start))?.[1] ?? '{}';
  /** Returns the answer of KMS or of the table. */
  const answerOf = async (request: Request): Promise<string> =>
    request.headers.get('x-amz-target') === 'TrentService.GenerateMac' ? mac : itemOf(await request.text());
  const headers = { 'content-type': 'application/json' };
  const served = await serve(
    {
      fetch: async (request) =>
        new Response(request.method === 'POST' ? await answerOf(request) : JSON.stringify(keySet), {
          headers,
        }),
    },
    0,
  );
  const issuers = {
    cognito: `${served.url}/eu-west-1_benchmark`,
    own: served.url,
    'third-party': thirdParty,
  };
  const claimsOf: Readonly<Record<TokenKind, object>> = {
    cognito: { sub: clientId, client_id: clientId, token_use: 'access', scope: scopes.join(' '), version: 2 },
    own: { sub: clientId, client_id: clientId, aud: served.url, scope: scopes.join(' ') },
    'third-party': { sub: userId, aud: audience, scope: scopes.join(' ') },
  };
  return {
    issuers,
    keySet,
    close: () => served.close(),
    environment: {
      SALLYPORT_ENVIRONMENT: 'DEV',
      TABLE_NAME: 'benchmark',
      TOKEN_ISSUER: issuers.cognito,
      PUBLIC_URL: served.url,
      THIRD_PARTY_PRODUCTS: mapping.product,
      GRANTS_ON: contract.grants.join(' '),
      RATE_PLANS: '{}',
      CATALOGUE_VERSION: 'benchmark',
      SEALING_KEY_ID: 'alias/benchmark',
      API_STAGE: 'benchmark',
      AWS_ENDPOINT_URL: served.url,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'benchmark',
      AWS_SECRET_ACCESS_KEY: 'benchmark',
    },
    tokens: (kind, count) => {
      const now = Math.floor(Date.now() / 1000);
      return Promise.all(
        Array.from({ length: count }, () =>
          new SignJWT({
            ...claimsOf[kind],
            iss: issuers[kind],
            auth_time: now,
            iat: now,
            exp: now + 3600,
            jti: randomUUID(),
          })
            .setProtectedHeader({ ...header, ...(kind === 'own' && { typ: 'at+jwt' }) })
            .sign(privateKey),
        ),
      );
    },
  };
}

/** Returns an event as the runtime parses it for an invocation: every string in it is new to the process. */
export function eventWith(token: string): APIGatewayRequestAuthorizerEvent {
  const headers = {
    Accept: 'application/json',
    'Accept-Encoding': 'gzip, deflate',
    Authorization: `Bearer ${token}`,
    Host: 'abcde12345.execute-api.eu-west-1.amazonaws.com',
    'User-Agent': 'partner/1.0',
    'X-Amzn-Trace-Id': 'Root=1-67891233-abcdef012345678912345678',
    'X-Forwarded-For': '203.0.113.10',
    'X-Forwarded-Port': '443',
    'X-Forwarded-Proto': 'https',
  };
  return JSON.parse(
    JSON.stringify({
      type: 'REQUEST',
      methodArn:
        'arn:aws:execute-api:eu-west-1:000000000000:abcde12345/dev/GET/apis/credit-reports/reports/4711',
      resource: '/apis/credit-reports/reports/{id}',
      path: '/apis/credit-reports/reports/4711',
      httpMethod: 'GET',
      headers,
      multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
      queryStringParameters: {},
      multiValueQueryStringParameters: {},
      pathParameters: { id: '4711' },
      stageVariables: {},
      requestContext: {
        accountId: '000000000000',
        apiId: 'abcde12345',
        stage: 'dev',
        requestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
        identity: { sourceIp: '203.0.113.10' },
      },
    }),
  ) as APIGatewayRequestAuthorizerEvent;
}
