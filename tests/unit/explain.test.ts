import fc from 'fast-check';
import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { createAccessTokenVerifier } from '../../adapters/tokens/access-tokens.ts';
import { createBearerTokens } from '../../adapters/tokens/bearer-tokens.ts';
import { createOpenEvaluation } from '../../adapters/evaluation/open-evaluation.ts';
import { sealEvaluation } from '../../adapters/evaluation/seal-evaluation.ts';
import { deriveSealingKey } from '../../adapters/evaluation/sealing-keys.ts';
import { factsOf } from '../../core/authorization/evaluation-facts.ts';
import { explainEvaluation, type PresentFacts } from '../../core/authorization/explain-evaluation.ts';
import { withEvaluationId } from '../../functions/authorizer/with-evaluation-id.ts';
import type { ClientContext } from '../../core/clients/client-context.ts';
import type { ClientMapping } from '../../core/clients/client-mapping.ts';
import type { SignInContext } from '../../core/federation/in-force.ts';
import type { Session } from '../../core/federation/session.ts';
import type { LifecycleStatus } from '../../core/lifecycle/lifecycle.ts';
import { type CallParts, explain } from '../../core/authorization/explain.ts';
import { ruleDescriptions, rules, thirdPartyRules } from '../../core/authorization/rules.ts';
import type { Issuer } from '../../core/trust/records.ts';
import { decide, type Decision } from '../../functions/authorizer/decide.ts';
import { grantTypes, type GrantType } from '../../core/contracts/records.ts';
import type { Partner } from '../../core/partners/partner.ts';
import type { UserWithProfile } from '../../core/users/user.ts';
import { fakeSealingKey } from '../support/fakes/delivery.ts';
import { applicationOf, contractOf, partner, providerOf, userOf } from '../support/fakes/samples.ts';
import { publishedKeys } from '../support/fakes/published-keys.ts';
import { rsaKeys } from '../support/rsa-keys.ts';

const now = new Date('2026-11-20T10:00:00Z');
const seconds = now.getTime() / 1000;
const clock = { now: () => now };
const [pool, publicUrl, thirdParty] = [
  'https://pool.example',
  'https://api.example',
  'https://portal.acme.example',
] as const;
const issuers = { pool: [pool], publicUrl };

const [published, stranger] = [rsaKeys('first'), rsaKeys('second')];
const [portal, strangersCurve] = await Promise.all([generateKeyPair('ES256'), generateKeyPair('ES256')]);
const { kty = '', crv = '', x = '', y = '' } = await exportJWK(portal.publicKey);
const publishedJwk = { ...(await exportJWK(published.publicKey)), kid: 'known', alg: 'RS256' };
const verify = createAccessTokenVerifier({
  issuers,
  clock,
  keysOf: () => publishedKeys(createLocalJWKSet({ keys: [publishedJwk] })),
});

const client: ClientMapping = {
  clientId: 'client-1',
  partnerId: partner.partnerId,
  contractId: contractOf().contractId,
  product: 'credit-reports',
  onboardingId: 'onb-1',
  status: 'active',
  version: 1,
  changes: [],
  apiKey: 'key value',
  scopes: ['credit-reports/read', 'credit-reports/write'],
  routes: [
    { method: 'GET', path: '/apis/credit-reports/reports/{id}', scope: 'credit-reports/read' },
    { method: 'POST', path: '/apis/credit-reports/reports', scope: 'credit-reports/write' },
  ],
  ipRanges: ['203.0.113.0/24'],
};
const issuer: Issuer = {
  issuer: thirdParty,
  partnerId: partner.partnerId,
  clientId: client.clientId,
  audiences: [publicUrl],
  principalClaim: 'sub',
  longestLife: 600,
  uses: ['bearer'],
  keys: [{ kid: 'known', jwk: { kty, crv, x, y }, algorithm: 'ES256', thumbprint: 'print' }],
  status: 'active',
  version: 1,
  changes: [],
};

/** Values of which the first is right, nearly always: that every rule decides at times, most calls have one fault at most. */
const mostly = <Value>(right: Value, ...wrong: readonly Value[]): fc.Arbitrary<Value> =>
  fc.oneof(
    { weight: 20 * wrong.length, arbitrary: fc.constant(right) },
    ...wrong.map((each) => ({ weight: 1, arbitrary: fc.constant(each) })),
  );

const call = fc.record({
  iss: fc.constantFrom(pool, publicUrl, thirdParty),
  claims: fc.record({
    client_id: fc.constant('client-1'),
    token_use: mostly('access', 'id'),
    sub: mostly('dana.li', ''),
    jti: fc.constant('1'),
    scope: mostly<unknown>('credit-reports/read', 'credit-reports/write credit-reports/read', '', [
      'credit-reports/read',
    ]),
    aud: mostly<unknown>(
      publicUrl,
      `${publicUrl}/apis/credit-reports`,
      `${publicUrl}/apis/fraud-signals`,
      'urn:other',
    ),
    iat: mostly<unknown>(seconds - 60, 'yesterday'),
    exp: mostly(seconds + 300, seconds, seconds + 7200),
    nbf: mostly(seconds - 60, seconds + 600),
  }),
  other: mostly('', 'https://nobody.example'),
  kid: mostly('known', 'unknown'),
  typ: mostly('at+jwt', 'secevent+jwt'),
  rightKey: mostly(true, false),
  sourceIp: mostly('203.0.113.10', '192.0.2.1'),
  called: mostly(
    ['GET', '/apis/credit-reports/reports/7'],
    ['POST', '/apis/credit-reports/reports'],
    ['GET', '/apis/fraud-signals/signals'],
  ),
  isRevoked: mostly(false, true),
  user: mostly<Partial<UserWithProfile> | undefined>(
    {},
    undefined,
    { status: 'suspended' },
    { partnerId: 'beta' },
    { profile: { profileId: 'okta-1', state: 'inactive', since: now.toISOString() } },
  ),
  signIn: fc.option(
    fc.record({
      session: mostly<Partial<Session> | undefined>({}, undefined, { endedAt: now.toISOString() }),
      application: mostly<LifecycleStatus>('active', 'suspended'),
      provider: mostly<LifecycleStatus>('active', 'suspended'),
      contract: mostly<LifecycleStatus>('active', 'suspended'),
      partner: mostly<LifecycleStatus>('active', 'suspended'),
    }),
    { nil: undefined, freq: 3 },
  ),
  origin: mostly<Partial<Partner> | undefined>(undefined, {}, { status: 'suspended' }),
  grants: mostly<readonly GrantType[]>(grantTypes, ['password']),
  issuerRecord: mostly<Partial<Issuer> | undefined>(
    {},
    undefined,
    { status: 'suspended' },
    { uses: ['assertion'] },
    { uses: [] },
    { uses: ['session'] },
    { partnerId: 'beta' },
  ),
  clientRecord: mostly<Partial<ClientMapping> | undefined>(
    {},
    undefined,
    { status: 'suspended' },
    { apiKey: '' },
    { ipRanges: [] },
  ),
  contract: mostly<Parameters<typeof contractOf>[0]>(
    {},
    { status: 'ended' },
    { endsAt: now.toISOString() },
    { ipRanges: ['198.51.100.0/24'] },
    { products: {} },
    { environments: ['PROD'] },
  ),
  partnerStatus: mostly<'active' | 'suspended'>('active', 'suspended'),
  thirdPartyProducts: mostly(['credit-reports'], ['none']),
});
type Call = typeof call extends fc.Arbitrary<infer Value> ? Value : never;

const session: Session = {
  sid: 'session-1',
  secretHash: 'hash',
  userId: 'dana.li',
  partnerId: partner.partnerId,
  providerId: 'provider-1',
  issuer: 'https://login.acme.example',
  emailDomain: 'acme.example',
  startedAt: now.toISOString(),
  authenticatedAt: now.toISOString(),
  acr: 'urn:sallyport:acr:password',
  expiresAt: '2027-12-31T00:00:00.000Z',
};
const signInClaims = {
  sid: session.sid,
  auth_time: seconds - 60,
  acr: session.acr,
  partner_id: partner.partnerId,
  contract_id: 'contract-2',
};

/** Returns whom a sign-in stands on. */
const contextOf = (
  clientContext: ClientContext,
  { application, provider, contract, partner: status }: Exclude<Call['signIn'], undefined>,
): SignInContext => ({
  clientContext,
  application: {
    ...applicationOf({ clientId: clientContext.client?.clientId ?? 'gone', contractId: client.contractId }),
    status: application,
  },
  provider: { ...providerOf({ partnerId: partner.partnerId, contractId: 'contract-2' }), status: provider },
  contract: contractOf({ contractId: 'contract-2', grants: grantTypes, status: contract }),
  partner: { ...partner, status },
});

const resourceOf: Readonly<Record<string, string>> = {
  '/apis/credit-reports/reports/7': '/apis/credit-reports/reports/{id}',
};

interface Decided {
  readonly decision: Decision;
  readonly asked: APIGatewayRequestAuthorizerEvent;
}

/** What the authorizer decides of a real token. */
async function decided(drawn: Call, parts: CallParts): Promise<Decided> {
  const { header = {}, claims = {} } = parts.token ?? {};
  const ownKey = drawn.iss === thirdParty ? [portal, strangersCurve] : [published, stranger];
  const key = ownKey[drawn.rightKey ? 0 : 1]?.privateKey;
  if (key === undefined) throw new Error('no key');
  const token = await new SignJWT({ ...claims })
    .setProtectedHeader({ ...header, alg: String(header['alg']) })
    .sign(key);
  const [method = '', path = ''] = drawn.called;
  const asked = event(token, method, path, parts.sourceIp);
  const decision = await decide(
    {
      environment: 'DEV',
      enabledGrants: grantTypes,
      thirdPartyProducts: parts.thirdPartyProducts,
      clock,
      publicUrl,
      ratePlans: {},
      judge: createBearerTokens({
        verify,
        publicUrl,
        clock,
        isUsed: () => Promise.resolve(false),
        readIssuer: (name) => Promise.resolve(name === thirdParty ? parts.issuer : undefined),
      }),
      isDenied: () => Promise.resolve(parts.isRevoked),
      findClientContext: (clientId) =>
        Promise.resolve(
          (clientId === 'client-1' ? undefined : parts.standing.earlierContexts[0]) ??
            parts.standing.clientContext,
        ),
      findUser: () => Promise.resolve(parts.standing.user),
      findSession: () => Promise.resolve(parts.standing.signIn?.session),
      findSignInContext: () =>
        parts.standing.signIn?.context === undefined
          ? Promise.reject(new Error('without a session nothing is looked up'))
          : Promise.resolve(parts.standing.signIn.context),
    },
    asked,
    'invocation-1',
  );
  return { decision, asked };
}

const catalogueVersion = 'catalogue-1';
const sealingKey = await deriveSealingKey({ macKey: fakeSealingKey, stage: 'dev' }, '2026-11');
const open = createOpenEvaluation({ macKey: fakeSealingKey, stage: 'dev', clock });

/** What the evaluation id of a decision tells, where nothing has changed; undefined if there is none. */
async function explainedById({ decision, asked }: Decided, parts: CallParts) {
  const { authorization } = decision;
  if (authorization === undefined) return undefined;
  const {
    context: { evaluationId },
  } = await withEvaluationId({ ...decision, authorization }, asked, sealingKey, { catalogueVersion });
  const facts = await open(evaluationId);
  if (typeof facts === 'string') throw new Error(facts);
  return explainEvaluation(facts, { ...parts, catalogueVersion });
}

const event = (token: string, httpMethod: string, path: string, sourceIp: string) =>
  JSON.parse(
    JSON.stringify({
      type: 'REQUEST',
      methodArn: `arn:aws:execute-api:eu-west-1:000000000000:abc123/dev/${httpMethod}${path}`,
      httpMethod,
      path,
      resource: resourceOf[path] ?? path,
      headers: {},
      multiValueHeaders: { Authorization: [`Bearer ${token}`] },
      requestContext: { requestId: 'request-1', identity: { sourceIp } },
    }),
  ) as APIGatewayRequestAuthorizerEvent;

function partsOf(drawn: Call): CallParts {
  const {
    iss,
    other,
    claims,
    kid,
    typ,
    rightKey,
    called: [method = '', path = ''],
    issuerRecord,
    clientRecord,
    contract,
    partnerStatus,
    sourceIp,
    isRevoked,
    user,
    origin,
    grants,
    thirdPartyProducts,
  } = drawn;
  const clientContext = {
    client: clientRecord && { ...client, ...clientRecord },
    contract: contractOf({
      ...contract,
      grants,
      ...(contract?.products === undefined && { products: { 'credit-reports': client.scopes } }),
    }),
    partner: { ...partner, status: partnerStatus },
  };
  const earlierContexts =
    origin === undefined || iss === thirdParty
      ? []
      : [
          {
            client: { ...client, clientId: 'client-2' },
            contract: contractOf({ products: { 'credit-reports': client.scopes }, grants }),
            partner: { ...partner, ...origin },
          },
        ];
  /** Only our own tokens stand on a session. */
  const standsOn = iss === publicUrl ? drawn.signIn : undefined;
  return {
    now,
    environment: 'DEV',
    enabledGrants: grantTypes,
    issuers,
    thirdPartyProducts,
    isRevoked,
    sourceIp,
    method,
    path,
    token: {
      header: { alg: iss === thirdParty ? 'ES256' : 'RS256', kid, typ },
      claims: {
        ...claims,
        iss: other === '' ? iss : other,
        ...(origin !== undefined && { origin_client_id: 'client-2' }),
        ...(standsOn !== undefined && signInClaims),
      },
      signature: rightKey ? (kid === 'known' ? 'verified' : 'kid') : kid === 'known' ? 'signature' : 'kid',
    },
    ...(other === '' &&
      iss === thirdParty &&
      issuerRecord !== undefined && { issuer: { ...issuer, ...issuerRecord } }),
    standing: {
      clientContext,
      earlierContexts,
      ...(standsOn !== undefined && {
        signIn: {
          session: standsOn.session && { ...session, ...standsOn.session },
          context: standsOn.session && contextOf(earlierContexts[0] ?? clientContext, standsOn),
          actorContexts: [],
        },
      }),
      ...(user !== undefined && { user: userOf(user) }),
    },
  };
}

describe('X-9 a decision that is explained', () => {
  // Threat T-62
  test('is by the rule that the authorizer has decided by, whatever the call', async () => {
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(call, async (drawn) => {
        const parts = partsOf(drawn);
        const {
          decision: { evaluation },
        } = await decided(drawn, parts);
        const explanation = explain(parts);
        expect(explanation).toEqual({
          decision: evaluation.decision,
          rule: evaluation.rule,
          ...('denyCode' in evaluation && { denyCode: evaluation.denyCode }),
          rules: expect.any(Array) as unknown,
        });
        seen.set(evaluation.rule, (seen.get(evaluation.rule) ?? 0) + 1);
      }),
      { numRuns: 4000 },
    );
    expect(rules.filter((rule) => !seen.has(rule))).toEqual(['malformed', 'alg']);
    expect(seen.get('all')).toBeGreaterThan(500);
  });

  test('by its evaluation id says the same, and that nothing has changed', async () => {
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(call, async (drawn) => {
        const parts = partsOf(drawn);
        const outcome = await decided(drawn, parts);
        const explanation = await explainedById(outcome, parts);
        const { evaluation } = outcome.decision;
        expect(explanation === undefined).toBe(evaluation.decision === 'unauthorized');
        if (explanation === undefined) return;
        const { decision, rule } = evaluation;
        const denial = evaluation.decision === 'deny' ? evaluation : undefined;
        expect(explanation.evaluation).toMatchObject({
          decision,
          rule,
          ...(denial !== undefined && { denyCode: denial.denyCode, why: denial.why }),
          ...(denial?.fault !== undefined && { fault: denial.fault }),
        });
        expect(explanation.changed).toEqual([]);
        const { rules: told, ...now } = explanation.now;
        const { rules: asked, ...expected } = explain(parts);
        expect(now).toEqual(expected);
        const outcomes = (all: typeof told) => all.map(({ rule: each, outcome: what }) => [each, what]);
        expect(outcomes(told)).toEqual(outcomes(asked));
        seen.set(rule, (seen.get(rule) ?? 0) + 1);
      }),
      { numRuns: 2000 },
    );
    expect(rules.slice(rules.indexOf('client')).filter((rule) => !seen.has(rule))).toEqual([
      'user',
      'session',
    ]);
  });

  const good: CallParts = {
    now,
    environment: 'DEV',
    issuers,
    thirdPartyProducts: ['credit-reports'],
    isRevoked: false,
    enabledGrants: grantTypes,
    sourceIp: '203.0.113.10',
    method: 'GET',
    path: '/apis/credit-reports/reports/7',
    issuer,
    token: {
      header: { alg: 'ES256', kid: 'known' },
      claims: { iss: thirdParty, sub: 'dana.li', aud: publicUrl, iat: seconds, exp: seconds + 300 },
      signature: 'verified',
    },
    standing: {
      clientContext: { client, contract: contractOf(), partner },
      earlierContexts: [],
      user: userOf(),
    },
  };

  test('names each rule, and what it asks', () => {
    expect(explain(good)).toEqual({
      decision: 'allow',
      rule: 'all',
      rules: rules.map((rule) => ({ rule, outcome: 'passed', why: ruleDescriptions[rule] })),
    });
  });

  /** The facts of the good call, as its evaluation id holds them. */
  const sealedFacts = async () => {
    const facts = factsOf({
      at: now,
      invocationId: 'invocation-1',
      evaluation: { decision: 'allow', rule: 'all', access: { client, scopes: client.scopes } },
      standing: good.standing,
      principal: {
        clientId: client.clientId,
        userId: 'dana.li',
        earlierClientIds: [],
        trustedFor: partner.partnerId,
      },
      token: {
        digest: 'digest',
        expiresAt: new Date(now.getTime() + 300_000),
        issuer: { id: thirdParty, version: 1 },
      },
      sourceIp: good.sourceIp,
      route: { method: 'GET', path: '/apis/credit-reports/reports/{id}' },
      catalogueVersion,
    });
    const opened = await open((await sealEvaluation(facts, sealingKey)) ?? '');
    if (typeof opened === 'string') throw new Error(opened);
    return opened;
  };
  const changedBy = { at: now.toISOString(), by: 'olga', why: 'a doubt' };
  test.each<[what: string, present: Partial<PresentFacts>, rule: string, changed: readonly object[]]>([
    ['nothing has changed', {}, 'all', []],
    ['its token is over', { now: new Date(now.getTime() + 361_000) }, 'expiry', []],
    ['its token is revoked', { isRevoked: true }, 'revoked', []],
    [
      'its issuer is gone',
      { issuer: undefined } as unknown as Partial<PresentFacts>,
      'issuer',
      [{ kind: 'issuer', id: thirdParty, was: 1, changes: [] }],
    ],
    [
      'its issuer is suspended',
      { issuer: { ...issuer, status: 'suspended', version: 2, changes: [changedBy] } },
      'issuer',
      [{ kind: 'issuer', id: thirdParty, was: 1, is: 2, status: 'suspended', changes: [changedBy] }],
    ],
    [
      "its issuer's tokens are not for calls any more",
      { issuer: { ...issuer, uses: [], version: 3, changes: [changedBy, changedBy, changedBy] } },
      'use',
      [{ kind: 'issuer', id: thirdParty, was: 1, is: 3, status: 'active', changes: [changedBy, changedBy] }],
    ],
    [
      'its user is suspended',
      { standing: { ...good.standing, user: userOf({ status: 'suspended', version: 2 }) } },
      'user',
      [{ kind: 'user', id: 'dana.li', was: 1, is: 2, status: 'suspended', changes: [] }],
    ],
    [
      'the catalogue is another one',
      { catalogueVersion: 'catalogue-2', thirdPartyProducts: ['none'] },
      'product',
      [{ kind: 'catalogue', was: catalogueVersion, is: 'catalogue-2', changes: [] }],
    ],
  ])('by its evaluation id tells if %s', async (_what, present, rule, changed) => {
    const explanation = explainEvaluation(await sealedFacts(), { ...good, catalogueVersion, ...present });
    expect([explanation.evaluation.rule, explanation.now.rule, explanation.changed]).toEqual([
      'all',
      rule,
      changed,
    ]);
  });

  test('says of each whether it passed, failed or was not reached', () => {
    const { rules: told, ...decision } = explain({
      ...good,
      standing: {
        ...good.standing,
        clientContext: { ...good.standing.clientContext, contract: contractOf({ status: 'suspended' }) },
      },
    });
    expect(decision).toEqual({ decision: 'deny', rule: 'contract', denyCode: 'contract_inactive' });
    const at = rules.indexOf('contract');
    expect(told.map(({ outcome }) => outcome)).toEqual(
      rules.map((_rule, index) => (index < at ? 'passed' : index === at ? 'failed' : 'not reached')),
    );
    expect(told[at]).toEqual({ rule: 'contract', outcome: 'failed', why: 'The contract is suspended.' });
    expect(told.at(-1)).toEqual({ rule: 'scope', outcome: 'not reached', why: ruleDescriptions.scope });
  });

  test("leaves out what our own and Cognito's tokens are not held to", () => {
    const claims = {
      iss: pool,
      token_use: 'access',
      client_id: 'client-1',
      sub: 'client-1',
      scope: 'credit-reports/read',
      iat: seconds,
      exp: seconds + 300,
    };
    const { rules: told, ...decision } = explain({
      ...good,
      token: { header: { alg: 'RS256', kid: 'known' }, claims, signature: 'verified' },
    });
    expect(decision).toEqual({ decision: 'allow', rule: 'all' });
    expect(told.map(({ rule }) => rule)).toEqual(rules.filter((rule) => !thirdPartyRules.includes(rule)));
  });

  test('of a call without a token is about nothing else', () => {
    const { token, ...without } = good;
    expect(token).toBeDefined();
    const { rules: told, ...decision } = explain(without);
    expect(decision).toEqual({ decision: 'unauthorized', rule: 'malformed' });
    expect(told[0]?.outcome).toBe('failed');
    expect(told.slice(1).every(({ outcome }) => outcome === 'not reached')).toBe(true);
  });

  test('names a wrong algorithm before the signature, whoever issued the token', () => {
    const hs256 = { alg: 'HS256', kid: 'known' };
    expect(
      explain({ ...good, token: { header: hs256, claims: { iss: thirdParty }, signature: 'signature' } }),
    ).toEqual({ decision: 'unauthorized', rule: 'alg', rules: expect.any(Array) as unknown });
    expect(
      explain({ ...good, token: { header: hs256, claims: { iss: publicUrl }, signature: 'signature' } }),
    ).toEqual({ decision: 'unauthorized', rule: 'alg', rules: expect.any(Array) as unknown });
  });

  test.each([
    ['/apis/credit-reports/reports/7', 'allow'],
    ['/apis/credit-reports/reports/{id}', 'allow'],
    ['/apis/credit-reports/reports/', 'deny'],
    ['/apis/credit-reports/reports/7/pages', 'deny'],
    ['/apis/credit-reports', 'deny'],
  ])('of a call of %s is to %s it', (path, decision) => {
    expect(explain({ ...good, path })).toEqual({
      decision,
      rule: decision === 'allow' ? 'all' : 'route',
      ...(decision === 'deny' && { denyCode: 'insufficient_scope' }),
      rules: expect.any(Array) as unknown,
    });
  });
});
