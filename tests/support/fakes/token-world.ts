import { createHash } from 'node:crypto';
import { applicationOf, providerOf, userOf } from './samples.ts';
import type { FederatedUser, User } from '../../../core/users/user.ts';
import type { Application } from '../../../core/applications/application.ts';
import type { AuthorizationGrant } from '../../../core/federation/authorization-code.ts';
import { recordIdOf, type RefreshGrant, type RefreshTokens } from '../../../core/federation/refresh-token.ts';
import type { SignInContext } from '../../../core/federation/in-force.ts';
import type { Session } from '../../../core/federation/session.ts';
import type { ClientMapping } from '../../../core/clients/client-mapping.ts';
import { initialState } from '../../../core/lifecycle/change.ts';
import { type Contract, grantTypes } from '../../../core/contracts/records.ts';
import type { Partner } from '../../../core/partners/partner.ts';
import type { TokenEndpointDependencies } from '../../../core/tokens/grant-handler.ts';
import type { IntrospectionDependencies } from '../../../core/tokens/introspection.ts';
import { OAuthError } from '../../../core/tokens/oauth-error.ts';
import type {
  AccessToken,
  AccessTokens,
  ThirdPartyTokens,
  AttemptLimit,
} from '../../../core/tokens/ports.ts';
import type { TokenResponse } from '../../../core/tokens/token-request.ts';
import type { Issuer } from '../../../core/trust/records.ts';
import type { ThirdPartyToken } from '../../../core/trust/verification.ts';

export const now = new Date('2026-11-20T10:00:00.000Z');
export const later = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);
/** The time of the fakes' clock in epoch seconds. */
export const nowSeconds = now.getTime() / 1000;
export const publicUrl = 'https://api.company.example';

const active = initialState('active', { at: now.toISOString(), by: 'operator-1', why: 'Agreed' });

/** A client with its contract and partner. */
export interface FakeTokenClient {
  client: ClientMapping | undefined;
  contract: Contract | undefined;
  partner: Partner | undefined;
}

/** Returns a client with all grants and without an end date of the legacy one. */
export const aClient = (
  clientId: string,
  partnerId: string,
  agreed: Partial<Contract> = {},
): FakeTokenClient => ({
  client: {
    clientId,
    partnerId,
    contractId: `${partnerId}-contract`,
    product: 'credit-reports',
    onboardingId: 'onboarding-1',
    apiKey: 'key-1',
    routes: [],
    ipRanges: [],
    scopes: ['credit-reports/read', 'credit-reports/write'],
    ...active,
  },
  contract: {
    contractId: `${partnerId}-contract`,
    partnerId,
    products: { 'credit-reports': ['credit-reports/read', 'credit-reports/write'] },
    ratePlan: 'standard',
    ipRanges: [],
    environments: ['DEV'],
    startsAt: '2026-01-01T00:00:00.000Z',
    owner: 'owner@company.example',
    grants: grantTypes,
    resourceServerOf: [],
    ...active,
    ...agreed,
  },
  partner: { partnerId, name: partnerId, ...active },
});

/**
 * An access token of `client-2`, which belongs to the same partner as `client-1`. Like Cognito's tokens, it
 * has no audience.
 */
export const cognitoToken: AccessToken = {
  clientId: 'client-2',
  subject: 'dana.li',
  scopes: ['credit-reports/read', 'credit-reports/write'],
  issuedAt: now,
  expiresAt: later(600),
  digest: 'digest-1',
  issuer: publicUrl,
};
/** Returns an access token that Sallyport itself has issued. */
export const accessTokenOf = (said: Partial<AccessToken> = {}): AccessToken => ({
  ...cognitoToken,
  audiences: [publicUrl],
  ...said,
});

/** Returns the issuer of Acme. */
export const issuerOf = (registered: Partial<Issuer> = {}): Issuer => ({
  issuer: 'https://idp.acme.example',
  partnerId: 'acme',
  clientId: 'client-1',
  audiences: [publicUrl],
  principalClaim: 'sub',
  longestLife: 300,
  uses: ['assertion'],
  keys: [],
  ...active,
  ...registered,
});
export const tokenWithoutId: ThirdPartyToken = {
  issuer: 'https://idp.acme.example',
  principal: 'dana.li',
  audience: [publicUrl],
  issuedAt: now,
  expiresAt: later(300),
  key: { kid: 'k1', algorithm: 'RS256' },
  limits: {},
};
export const thirdPartyTokenOf = (said: Partial<ThirdPartyToken> = {}): ThirdPartyToken => ({
  ...tokenWithoutId,
  jti: 'id-1',
  ...said,
});

/** A code verifier, and the S256 challenge of it (RFC 7636 §4.2). */
export const verifier = 'a-verifier-of-the-tests-with-enough-characters';
const codeChallenge = createHash('sha256').update(verifier).digest('base64url');
export const redirectUri = 'https://portal.company.example/callback?kept=1';

/** Returns what the code of Gil at the application of `client-1` stands for. */
export const grantOf = (said: Partial<AuthorizationGrant> = {}): AuthorizationGrant => ({
  clientId: 'client-1',
  redirectUri,
  codeChallenge,
  nonce: 'nonce-1',
  scopes: ['openid', 'email', 'credit-reports/read'],
  userId: 'usr_gil',
  sid: 'session-1',
  authenticatedAt: later(-30).toISOString(),
  acr: 'urn:sallyport:acr:password',
  expiresAt: later(60).toISOString(),
  ...said,
});

/** The refresh token of Gil at the application of `client-1`. */
export const refreshTokenOf = (secret: string): string => `${'f'.repeat(43)}.${secret.repeat(43)}`;

/** Returns what the refresh token of Gil stands for. */
export const refreshGrantOf = (said: Partial<RefreshGrant> = {}): RefreshGrant => ({
  clientId: 'client-1',
  scopes: ['openid', 'email', 'offline_access', 'credit-reports/read', 'credit-reports/write'],
  userId: 'usr_gil',
  sid: 'session-1',
  authenticatedAt: later(-30).toISOString(),
  acr: 'urn:sallyport:acr:password',
  expiresAt: later(43_200).toISOString(),
  ...said,
});

/** Creates a store of refresh tokens that holds one token. */
function fakeRefreshTokens(): RefreshTokens & { readonly all: () => readonly FakeRefreshRecord[] } {
  const records = new Map<string, FakeRefreshRecord>([
    [recordIdOf(refreshTokenOf('a')), { grant: refreshGrantOf(), newest: refreshTokenOf('a') }],
  ]);
  return {
    all: () => [...records.values()],
    create: (token, grant) => {
      records.set(recordIdOf(token), { grant, newest: token });
      return Promise.resolve();
    },
    find: (token) => Promise.resolve(records.get(recordIdOf(token))?.grant),
    replace: (token, successor) => {
      const record = records.get(recordIdOf(token));
      if (record === undefined || ![record.newest, record.replaced].includes(token)) {
        return Promise.resolve(false);
      }
      records.set(recordIdOf(token), { ...record, newest: successor, replaced: token });
      return Promise.resolve(true);
    },
  };
}

interface FakeRefreshRecord {
  readonly grant: RefreshGrant;
  readonly newest: string;
  readonly replaced?: string;
}

/** Returns the session of Gil, who is a user of Globex. */
/** What every token of Gil's sign-in says, and an access token and an ID token besides. */
const signedInClaims = {
  iss: publicUrl,
  sub: 'usr_gil',
  iat: nowSeconds,
  exp: nowSeconds + 900,
  auth_time: nowSeconds - 30,
  sid: 'session-1',
  acr: 'urn:sallyport:acr:password',
  partner_id: 'globex',
};
export const accessTokenClaims = (scope: string) => ({
  ...signedInClaims,
  client_id: 'client-1',
  aud: publicUrl,
  jti: 'new-id',
  scope,
  contract_id: 'globex-contract',
});
export const idTokenClaims = {
  ...signedInClaims,
  aud: 'client-1',
  email: 'gil@globex.example',
  email_verified: true,
  name: 'Gil Ortiz',
};

export const sessionOf = (said: Partial<Session> = {}): Session => ({
  sid: 'session-1',
  secretHash: 'hash',
  userId: 'usr_gil',
  partnerId: 'globex',
  providerId: 'provider-1',
  issuer: 'https://login.acme.example',
  emailDomain: 'globex.example',
  startedAt: later(-30).toISOString(),
  authenticatedAt: later(-30).toISOString(),
  acr: 'urn:sallyport:acr:password',
  expiresAt: later(43_200).toISOString(),
  ...said,
});

const gil: FederatedUser = {
  userId: 'usr_gil',
  partnerId: 'globex',
  origin: 'identity_provider',
  providerId: 'provider-1',
  email: 'gil@globex.example',
  name: 'Gil Ortiz',
  ...active,
};

/**
 * Creates a token endpoint with fakes. All its data can be changed. `done` lists the operations that count or
 * cost, in order, and `minted` lists the claims that were signed.
 */
export function createTokenWorld() {
  const world = {
    clients: new Map<string, FakeTokenClient>([
      [
        'client-1',
        aClient('client-1', 'acme', {
          password: { owner: 'legacy@company.example', sunset: '2027-03-31T22:00:00.000Z' },
        }),
      ],
      ['client-2', aClient('client-2', 'acme')],
    ]),
    secrets: new Map([
      ['client-1', 'secret-1'],
      ['client-2', 'secret-2'],
    ]),
    assertions: new Map([
      ['assertion-1', { clientId: 'client-1', jti: 'assertion-id-1', expiresAt: later(60) }],
    ]),
    cognito: {
      access_token: 'of Cognito',
      token_type: 'Bearer',
      expires_in: 3600,
      scope: 'credit-reports/read credit-reports/write',
    } as TokenResponse | OAuthError,
    logins: new Map([['dana.li', { password: 'right', user: { userId: 'Dana.Li', partnerId: 'acme' } }]]),
    triesUsedUp: new Set<string>(),
    thirdParty: new Map<string, Awaited<ReturnType<ThirdPartyTokens['verify']>>>([
      ['third-party-1', { issuer: issuerOf(), token: thirdPartyTokenOf() }],
    ]),
    accessTokens: new Map<string, Awaited<ReturnType<AccessTokens['verify']>>>([
      ['access-1', accessTokenOf()],
    ]),
    users: new Map<string, User>([
      ['dana.li', userOf({ partnerId: 'acme' })],
      ['usr_gil', gil],
    ]),
    codes: new Map([['code-1', grantOf()]]),
    usedCodes: new Set<string>(),
    refreshTokens: fakeRefreshTokens(),
    newSecrets: 0,
    sessions: new Map([['session-1', sessionOf()]]),
    /** Whom every sign-in stands on besides the client. */
    signIn: {
      application: applicationOf(
        { clientId: 'client-1', contractId: 'acme-contract' },
        { partnerId: 'acme' },
      ),
      provider: providerOf(
        { partnerId: 'globex', contractId: 'globex-contract' },
        { domains: ['globex.example'] },
      ),
      contract: aClient('client-3', 'globex').contract,
      partner: aClient('client-3', 'globex').partner,
    } as Omit<SignInContext, 'clientContext'>,
    /** Applications that nobody has signed in to. */
    otherApplications: [] as readonly Application[],
    idTokens: [] as Readonly<Record<string, unknown>>[],
    burnt: new Set<string>(),
    minted: [] as Readonly<Record<string, unknown>>[],
    /** What the identity pool was asked for. */
    poolTokens: [] as { readonly userId: string; readonly partnerId: string; readonly seconds: number }[],
    done: [] as string[],
  };
  const { done, minted } = world;
  const did = <T>(what: string, answer: T): Promise<T> => {
    done.push(what);
    return Promise.resolve(answer);
  };

  const triesOf = (kind: string): AttemptLimit => ({
    take: async (what) => did(`try ${kind} ${what}`, !world.triesUsedUp.has(kind)),
    refund: async (what) => did(`give back ${kind} ${what}`, undefined),
  });
  const endpoint: TokenEndpointDependencies & Pick<IntrospectionDependencies, 'sessions'> = {
    environment: 'DEV',
    enabledGrants: grantTypes,
    issuer: publicUrl,
    clock: { now: () => now },
    newId: () => 'new-id',
    signer: {
      sign: async (claims) => {
        minted.push(claims);
        return did('sign', `signed-${minted.length}`);
      },
    },
    findClientContext: async (clientId) =>
      Promise.resolve(
        world.clients.get(clientId) ?? { client: undefined, contract: undefined, partner: undefined },
      ),
    clientSecretVerifier: {
      verify: async (clientId, clientSecret) => Promise.resolve(world.secrets.get(clientId) === clientSecret),
    },
    clientAssertions: { verify: async (assertion) => Promise.resolve(world.assertions.get(assertion)) },
    clientCredentialsIssuer: {
      issue: async ({ clientId }, scope) => {
        if (world.cognito instanceof OAuthError) throw world.cognito;
        return did(`Cognito issues to ${clientId}: ${scope ?? 'everything'}`, world.cognito);
      },
    },
    usedJtis: {
      consume: async (issuer, id, until) => {
        const isNew = !world.burnt.has(`${issuer} ${id}`);
        world.burnt.add(`${issuer} ${id}`);
        return did(`burn ${issuer} ${id} until ${until.toISOString()}`, isNew);
      },
    },
    passwordAttempts: { ofUser: triesOf('user'), fromAddress: triesOf('address') },
    passwordLogin: {
      verify: async (userId, password) => {
        const login = world.logins.get(userId);
        return did(`login ${userId}`, login?.password === password ? login.user : undefined);
      },
    },
    grantUse: { count: async (clientId, grantType) => did(`count ${clientId} ${grantType}`, undefined) },
    thirdPartyTokens: {
      verify: async (token) => Promise.resolve(world.thirdParty.get(token) ?? { refusedBy: 'malformed' }),
    },
    accessTokens: {
      verify: async (token) => Promise.resolve(world.accessTokens.get(token) ?? { refusedBy: 'malformed' }),
    },
    findUser: async (userId) => Promise.resolve(world.users.get(userId.toLowerCase())),
    codes: {
      find: async (code) => Promise.resolve(world.codes.get(code)),
      use: async (code) => {
        const isNew = !world.usedCodes.has(code);
        world.usedCodes.add(code);
        return did(`use ${code}`, isNew);
      },
    },
    sessions: {
      find: async (sid) => Promise.resolve(world.sessions.get(sid)),
      end: async (sid, at) => {
        const session = world.sessions.get(sid);
        if (session !== undefined) world.sessions.set(sid, { ...session, endedAt: at.toISOString() });
        return did(`end ${sid}`, undefined);
      },
      endFor: async (sid, clientId) => {
        const session = world.sessions.get(sid);
        if (session !== undefined) {
          world.sessions.set(sid, { ...session, endedFor: [...(session.endedFor ?? []), clientId] });
        }
        return did(`end ${sid} for ${clientId}`, undefined);
      },
    },
    refreshTokens: world.refreshTokens,
    newSecret: () => String.fromCodePoint(98 + world.newSecrets++).repeat(43),
    cache: { flush: () => did('flush', undefined) },
    laterFlush: { at: (moment) => did(`flush again at ${moment.toISOString()}`, undefined) },
    delays: { memorySeconds: 10, cacheSeconds: 300 },
    findSession: async (sid) => Promise.resolve(world.sessions.get(sid)),
    findSignInContext: async (clientId) => ({
      ...world.signIn,
      application: [world.signIn.application, ...world.otherApplications].find(
        (application) => application?.signIn?.clientId === clientId,
      ),
      clientContext: await endpoint.findClientContext(clientId),
    }),
    idTokenSigner: {
      sign: async (claims) => {
        world.idTokens.push(claims);
        return did('sign ID token', `id-token-${world.idTokens.length}`);
      },
    },
    identityPool: {
      issueToken: async (user, seconds) => {
        world.poolTokens.push({ ...user, seconds });
        return did('issue pool token', { identityId: `identity of ${user.userId}`, token: 'pool-token-1' });
      },
    },
  };
  return { world, endpoint };
}

export type TokenWorld = ReturnType<typeof createTokenWorld>['world'];

/** Changes the client, contract or partner of `client-1`. */
export function change(
  world: TokenWorld,
  part: 'client' | 'contract' | 'partner',
  changes: Partial<ClientMapping & Contract & Partner> | undefined,
  clientId = 'client-1',
): void {
  const found = world.clients.get(clientId);
  const before = found?.[part];
  if (found !== undefined) {
    Object.assign(found, {
      [part]: changes === undefined || before === undefined ? undefined : { ...before, ...changes },
    });
  }
}

/** Returns the check that refused, with its code and description. */
export async function refusalOf(answer: Promise<unknown>): Promise<string> {
  try {
    await answer;
    return 'no refusal';
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    return `${error.check ?? 'no check'}: ${error.code}: ${error.description}`;
  }
}
