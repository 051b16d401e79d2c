import { describe, expect, test } from 'vitest';
import { authorize, type AuthorizationRequest } from '../../core/authorization/authorize.ts';
import type { Standing } from '../../core/tokens/standing.ts';
import type { ClientMapping } from '../../core/clients/client-mapping.ts';

const stage = 'arn:aws:execute-api:eu-west-1:000000000000:abc123/dev';
import { contractOf } from '../support/fakes/samples.ts';

const now = new Date('2026-11-20T10:00:00Z');
const client: ClientMapping = {
  clientId: 'client-1',
  partnerId: 'acme-1',
  contractId: 'acme-1.credit-reports',
  product: 'credit-reports',
  onboardingId: 'onb-1',
  status: 'active',
  version: 1,
  changes: [],
  apiKey: 'key value',
  scopes: ['credit-reports/read'],
  routes: [
    { method: 'GET', path: '/apis/credit-reports/reports/{id}', scope: 'credit-reports/read' },
    { method: 'POST', path: '/apis/credit-reports/reports', scope: 'credit-reports/write' },
  ],
  ipRanges: [],
  ratePlan: 'standard',
};
const standingOf = (of: ClientMapping | undefined): Standing => ({
  clientContext: { client: of, contract: undefined, partner: undefined },
  earlierContexts: [],
});
const ratePlans = {
  standard: { rate: 10, burst: 20, quota: { limit: 100_000, period: 'MONTH' } },
} as const;
const access = { client, scopes: ['credit-reports/read'] };
const allowed = { decision: 'allow', rule: 'all', access } as const;
const answer = (
  evaluation: AuthorizationRequest['evaluation'] = allowed,
  changed: Partial<AuthorizationRequest> = {},
) =>
  authorize({
    now,
    invocationId: 'invocation-1',
    evaluation,
    principal: { clientId: 'client-1', earlierClientIds: [] },
    standing: standingOf(client),
    methodArn: `${stage}/GET/apis/credit-reports/reports/7`,
    publicUrl: 'https://api.example',
    ratePlans,
    ...changed,
  });
const policy = (Effect: 'Allow' | 'Deny', resource: string) => ({
  Version: '2012-10-17',
  Statement: [{ Action: 'execute-api:Invoke', Effect, Resource: [`${stage}/${resource}`] }],
});
const context = {
  clientId: 'client-1',
  partnerId: 'acme-1',
  contractId: 'acme-1.credit-reports',
  userId: '-',
  userPartnerId: '-',
  documentation: 'https://api.example/docs/credit-reports',
  invocationId: 'invocation-1',
  evaluationId: 'invocation-1',
  denyCode: 'insufficient_scope',
  scopes: 'credit-reports/read',
  challenge: 'Bearer realm="sallyport", error="insufficient_scope", scope="credit-reports/write"',
  rateLimitPolicy: '"rate";q=10;w=1;sallyport-burst=20, "quota";q=100000;w=2678400;sallyport-period="month"',
  quotaReset: 'Tue, 01 Dec 2026 00:00:00 GMT',
};
/** What is told where nothing is open, and no scope would change that. */
const nothingOpen = { scopes: '', challenge: 'Bearer realm="sallyport"' };

describe("X-16 the limits in the authorizer's answer", () => {
  const limitsIn = (of: Partial<ClientMapping>, ratePlan: string | undefined) => {
    const { ratePlan: _plan, ...without } = client;
    const { context: told } = answer(allowed, {
      standing: {
        clientContext: {
          client: { ...without, ...of },
          contract: ratePlan === undefined ? undefined : contractOf({ ratePlan }),
          partner: undefined,
        },
        earlierContexts: [],
      },
      ratePlans: { ...ratePlans, slow: { rate: 1, burst: 1, quota: { limit: 1, period: 'DAY' } } },
    });
    return [told.rateLimitPolicy.slice(0, 12), told.quotaReset];
  };

  test.each<[what: string, of: Partial<ClientMapping>, contract: string | undefined, limits: string[]]>([
    [
      "are those of the client's plan",
      { ratePlan: 'slow' },
      'standard',
      ['"rate";q=1;w', 'Sat, 21 Nov 2026 00:00:00 GMT'],
    ],
    [
      "or of its contract's, if its own was not recorded",
      {},
      'standard',
      ['"rate";q=10;', 'Tue, 01 Dec 2026 00:00:00 GMT'],
    ],
    [
      'and are left out if the catalogue does not have the plan',
      { ratePlan: '__proto__' },
      'standard',
      ['', ''],
    ],
    ['or nothing tells the plan', {}, undefined, ['', '']],
  ])('%s', (_what, of, contract, limits) => {
    expect(limitsIn(of, contract)).toEqual(limits);
  });
});

describe("WF-10 the authorizer's answer", () => {
  test("allows what the token opens, and counts usage under the client's key", () => {
    expect(answer()).toEqual({
      principalId: 'client-1',
      policyDocument: policy('Allow', 'GET/apis/credit-reports/reports/*'),
      context,
      usageIdentifierKey: 'key value',
    });
  });

  test('is the same for a call that is refused for its route, since it is kept for the others', () => {
    const refused = {
      decision: 'deny',
      rule: 'scope',
      why: 'No.',
      denyCode: 'insufficient_scope',
      access,
    } as const;
    expect(answer(refused, { methodArn: `${stage}/POST/apis/credit-reports/reports` })).toEqual(answer());
  });

  test('denies everything where nothing is opened, and names no key that the call could be counted under', () => {
    const refused = {
      decision: 'deny',
      rule: 'contract',
      fault: 'contract_over',
      why: 'No.',
      denyCode: 'contract_inactive',
    } as const;
    expect(answer(refused)).toEqual({
      principalId: 'client-1',
      policyDocument: policy('Deny', '*'),
      context: { ...context, ...nothingOpen, denyCode: 'contract_inactive' },
    });
    expect(
      answer(
        { ...refused, rule: 'client', fault: 'client_missing', denyCode: 'client_inactive' },
        { standing: standingOf(undefined) },
      ).context,
    ).toEqual({
      ...context,
      ...nothingOpen,
      partnerId: '',
      contractId: '',
      rateLimitPolicy: '',
      quotaReset: '',
      documentation: 'https://api.example/docs',
      denyCode: 'client_inactive',
    });
  });

  test('names the scopes that are lacked only where they would help', () => {
    const without = (rule: 'scope' | 'product' | 'route', principal: AuthorizationRequest['principal']) =>
      answer({ decision: 'deny', rule, why: 'No.', denyCode: 'insufficient_scope' }, { principal }).context
        .challenge;
    const insufficient = 'Bearer realm="sallyport", error="insufficient_scope"';
    const own = { clientId: 'client-1', earlierClientIds: [] };
    expect(without('scope', own)).toBe(`${insufficient}, scope="credit-reports/read credit-reports/write"`);
    expect(without('product', own)).toBe(insufficient);
    expect(without('route', { ...own, products: ['fraud-signals'] })).toBe(insufficient);
  });

  test('ends with the contract, although it is kept for five minutes', () => {
    const until = (end: string) =>
      answer({ ...allowed, access: { ...access, until: new Date(end) } }).policyDocument;
    const {
      Statement: [statement],
      ...rest
    } = policy('Allow', 'GET/apis/credit-reports/reports/*');
    expect(until('2026-11-20T10:05:00Z')).toEqual({ ...rest, Statement: [statement] });
    expect(until('2026-11-20T10:04:59.999Z')).toEqual({
      ...rest,
      Statement: [
        { ...statement, Condition: { DateLessThan: { 'aws:CurrentTime': '2026-11-20T10:04:59Z' } } },
      ],
    });
  });

  test('names the user, if there is one', () => {
    expect(
      answer(allowed, { principal: { clientId: 'client-1', earlierClientIds: [], userId: 'dana.li' } })
        .context,
    ).toEqual({
      ...context,
      userId: 'dana.li',
      userPartnerId: 'acme-1',
    });
  });

  test("names the partner of the user, which is not the caller's where the token was exchanged", () => {
    const portal = { ...client, clientId: 'client-2', partnerId: 'globex-1' };
    const standing = { ...standingOf(portal), earlierContexts: [standingOf(client).clientContext] };
    const principal = { clientId: 'client-2', earlierClientIds: ['client-1'], userId: 'dana.li' };
    expect(answer(allowed, { principal, standing }).context).toEqual({
      ...context,
      clientId: 'client-2',
      userId: 'dana.li',
      partnerId: 'globex-1',
      userPartnerId: 'acme-1',
    });
  });
});
