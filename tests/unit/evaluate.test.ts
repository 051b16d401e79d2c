import { describe, expect, test } from 'vitest';
import type { ClientMapping } from '../../core/clients/client-mapping.ts';
import type { ClientContext } from '../../core/clients/client-context.ts';
import { grantTypes } from '../../core/contracts/records.ts';
import type { Standing } from '../../core/tokens/standing.ts';
import { type CallFacts, evaluate } from '../../core/authorization/evaluate.ts';
import {
  principalOfThirdPartyToken,
  type Principal,
  principalOfAccessToken,
} from '../../core/authorization/principal.ts';
import type { Issuer } from '../../core/trust/records.ts';
import { contractOf, otherPartnerId, partner, userOf } from '../support/fakes/samples.ts';

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
    { method: 'DELETE', path: '/apis/credit-reports/reports/{id}', scope: 'credit-reports/admin' },
  ],
  ipRanges: ['198.51.100.0/24', '203.0.113.10', '2001:db8:7::/48'],
};
const contract = contractOf({
  products: { 'credit-reports': ['credit-reports/read', 'credit-reports/admin'] },
  endsAt: '2027-01-01T00:00:00.000Z',
});
const facts: CallFacts = {
  now: new Date('2026-11-20T10:00:00Z'),
  environment: 'DEV',
  enabledGrants: grantTypes,
  thirdPartyProducts: ['credit-reports'],
  isRevoked: false,
  standing: { clientContext: { client, contract, partner }, earlierContexts: [] },
  sourceIp: '203.0.113.10',
  route: { method: 'GET', path: '/apis/credit-reports/reports/{id}' },
};
const principal: Principal = { clientId: 'client-1', earlierClientIds: [], scopes: ['credit-reports/read'] };
const read = { client, scopes: ['credit-reports/read'], until: new Date('2027-01-01T00:00:00Z') };
const clientContext = (changed: Partial<ClientContext>): Partial<CallFacts> => ({
  standing: {
    ...facts.standing,
    clientContext: { ...facts.standing.clientContext, ...changed },
  },
});
const post = { route: { method: 'POST', path: '/apis/credit-reports/reports' } };

/** What fails each rule, in the order of the rules. */
const failing: readonly (readonly [
  rule: string,
  answer: object,
  changed: Partial<CallFacts>,
  held: Partial<Principal>,
])[] = [
  ['revoked', { decision: 'unauthorized' }, { isRevoked: true }, {}],
  [
    'client',
    { fault: 'client_suspended', denyCode: 'client_inactive' },
    clientContext({ client: { ...client, status: 'suspended' } }),
    {},
  ],
  [
    'contract',
    { fault: 'contract_over', denyCode: 'contract_inactive' },
    clientContext({ contract: { ...contract, endsAt: '2026-11-20T10:00:00.000Z' } }),
    {},
  ],
  [
    'partner',
    { fault: 'partner_suspended', denyCode: 'partner_inactive' },
    clientContext({ partner: { ...partner, status: 'suspended' } }),
    {},
  ],
  [
    'earlier_client',
    { fault: 'partner_suspended', denyCode: 'partner_inactive' },
    {
      standing: {
        ...facts.standing,
        earlierContexts: [{ client, contract, partner: { ...partner, status: 'suspended' } }],
      },
    },
    {},
  ],
  [
    'grant',
    { denyCode: 'grant_not_allowed' },
    { enabledGrants: ['password'] },
    { grant: 'client_credentials' },
  ],
  ['user', { decision: 'unauthorized' }, {}, { userId: 'dana.li' }],
  [
    'product',
    { denyCode: 'insufficient_scope' },
    { thirdPartyProducts: ['fraud-signals'] },
    { trustedFor: partner.partnerId },
  ],
  ['address', { denyCode: 'address_not_allowed' }, { sourceIp: '192.0.2.1' }, {}],
  ['plan', { denyCode: 'client_inactive' }, clientContext({ client: { ...client, apiKey: '' } }), {}],
  [
    'route',
    { denyCode: 'insufficient_scope', access: read },
    { route: { method: 'GET', path: '/apis/fraud-signals/signals' } },
    {},
  ],
  ['scope', { denyCode: 'insufficient_scope', access: read }, post, {}],
];

const allowed = { decision: 'allow', rule: 'all', access: read };
const ofAnotherProduct = {
  decision: 'deny',
  rule: 'route',
  denyCode: 'insufficient_scope',
  why: 'The token is meant for another product.',
};

describe('X-9 a call of a good token', () => {
  test('is allowed where every rule holds', () => {
    expect(evaluate(principal, facts)).toEqual(allowed);
  });

  test.each(failing)('is decided by the rule %s, once', (rule, answer, changed, held) => {
    expect(evaluate({ ...principal, ...held }, { ...facts, ...changed })).toEqual({
      decision: 'deny',
      rule,
      why: expect.stringMatching(/^[A-Z].*\.$/u) as string,
      ...answer,
    });
  });

  test.each(
    failing.flatMap(([rule, , changed, held], index) =>
      failing.slice(index + 1).map(([later, , others, heldToo]) => ({
        rule,
        later,
        changed,
        others,
        held: { ...held, ...heldToo },
      })),
    ),
  )('is decided by $rule before $later', ({ rule, changed, others, held }) => {
    const together = {
      ...facts,
      ...others,
      ...changed,
      standing: mergedStanding(others, changed),
    };
    expect(evaluate({ ...principal, ...held }, together).rule).toBe(rule);
  });

  test.each([
    [['credit-reports/read', 'credit-reports/write'], 'allow', ['credit-reports/read']],
    [['credit-reports/read'], 'allow', ['credit-reports/read']],
    [undefined, 'allow', ['credit-reports/read']],
    [['credit-reports/write', 'other/thing'], 'deny', undefined],
    // In the token, in the contract and a route's own, but the client was not granted it.
    [['credit-reports/admin'], 'deny', undefined],
    [[], 'deny', undefined],
  ])('with scopes %j is %s: token ∩ client ∩ contract', (scopes, decision, opened) => {
    const evaluation = evaluate(
      { clientId: 'client-1', earlierClientIds: [], ...(scopes !== undefined && { scopes }) },
      facts,
    );
    expect(evaluation.decision).toBe(decision);
    expect('access' in evaluation ? evaluation.access.scopes : undefined).toEqual(opened);
  });

  test.each([
    [post, ['credit-reports/write'], 'contract'],
    [
      { route: { method: 'DELETE', path: '/apis/credit-reports/reports/{id}' } },
      ['credit-reports/admin'],
      'client',
    ],
    [{}, ['credit-reports/write'], 'token'],
  ])('%j with scopes %j lacks the scope of the %s', (changed, scopes, who) => {
    expect(evaluate({ ...principal, scopes }, { ...facts, ...changed })).toEqual({
      rule: 'scope',
      why: expect.stringContaining(`The ${who} does not have the scope`) as string,
      decision: 'deny',
      denyCode: 'insufficient_scope',
    });
  });

  test.each([
    [['credit-reports'], allowed],
    [['fraud-signals', 'credit-reports'], allowed],
    [['fraud-signals'], ofAnotherProduct],
    [['credit'], ofAnotherProduct],
    [[], ofAnotherProduct],
  ])('whose token is meant for %j: %j', (products, answer) => {
    expect(evaluate({ ...principal, products }, facts)).toEqual(answer);
  });

  // Threat T-58
  test("of a third party's token is none of another partner's client", () => {
    expect(evaluate({ ...principal, trustedFor: 'beta' }, facts)).toEqual({
      decision: 'deny',
      rule: 'client',
      fault: 'client_of_another_partner',
      denyCode: 'client_inactive',
      why: "The issuer is trusted for another partner than its client's.",
    });
    expect(evaluate({ ...principal, trustedFor: partner.partnerId }, facts)).toEqual(allowed);
  });
});

/** Returns the standing with what each of the changes has changed. Of the same record, the last change counts. */
function mergedStanding(...changes: readonly Partial<CallFacts>[]): Standing {
  return changes.reduce<Standing>((merged, { standing }) => {
    const clientChanges = Object.entries(standing?.clientContext ?? {}).filter(
      ([name, part]) =>
        part !== Object.entries(facts.standing.clientContext).find(([each]) => each === name)?.[1],
    );
    return {
      ...merged,
      ...(standing?.user !== undefined && { user: standing.user }),
      ...((standing?.earlierContexts ?? []).length > 0 && {
        earlierContexts: standing?.earlierContexts ?? [],
      }),
      clientContext: { ...merged.clientContext, ...Object.fromEntries(clientChanges) },
    };
  }, facts.standing);
}

describe('JWT-3 a call with a token of a user', () => {
  const ofUser = { ...principal, userId: 'dana.li' };
  const standing = { ...facts.standing, user: userOf() };

  test('is allowed while the user is an active one of the partner', () => {
    expect(evaluate(ofUser, { ...facts, standing })).toEqual(allowed);
    expect(
      evaluate(ofUser, { ...facts, standing: { ...standing, user: userOf({ partnerId: otherPartnerId }) } })
        .rule,
    ).toBe('user');
  });

  test('that was exchanged needs a user of the partner where the token comes from', () => {
    const theirs = { ...partner, partnerId: otherPartnerId };
    const earlierContexts = [
      {
        client: { ...client, partnerId: otherPartnerId },
        contract: { ...contract, partnerId: otherPartnerId },
        partner: theirs,
      },
    ];
    const exchanged = { ...standing, earlierContexts };
    expect(evaluate(ofUser, { ...facts, standing: exchanged }).rule).toBe('user');
    const user = userOf({ partnerId: otherPartnerId });
    expect(evaluate(ofUser, { ...facts, standing: { ...exchanged, user } })).toEqual(allowed);
  });

  test('that was exchanged reaches what both contracts have, until the first of them ends', () => {
    const endsAt = '2026-12-01T00:00:00.000Z';
    const earlier = { client, partner, contract: { ...contract, endsAt, products: {} } };
    const reaching = (products: typeof contract.products) =>
      evaluate(ofUser, {
        ...facts,
        standing: {
          ...standing,
          earlierContexts: [{ ...earlier, contract: { ...earlier.contract, products } }],
        },
      });
    expect(reaching(contract.products)).toEqual({
      ...allowed,
      access: { ...read, until: new Date(endsAt) },
    });
    expect(reaching({})).toEqual({
      decision: 'deny',
      rule: 'scope',
      denyCode: 'insufficient_scope',
      why: expect.stringContaining('does not have the scope') as string,
    });
  });
});

describe('WF-11 the address that a call comes from', () => {
  const from = (sourceIp: string, ipRanges = client.ipRanges, contractRanges: readonly string[] = []) =>
    evaluate(principal, {
      ...facts,
      sourceIp,
      ...clientContext({
        client: { ...client, ipRanges },
        contract: { ...contract, ipRanges: contractRanges },
      }),
    });

  test.each([
    '203.0.113.10',
    '198.51.100.0',
    '198.51.100.255',
    '::ffff:203.0.113.10',
    '2001:db8:7:ffff::1',
    '2001:0DB8:0007::1',
  ])("%s is one of the client's", (sourceIp) => {
    expect(from(sourceIp).decision).toBe('allow');
  });

  test.each([
    '203.0.113.11',
    '198.51.101.0',
    '::ffff:203.0.113.11',
    '2001:db8:8::1',
    '::203.0.113.10',
    '127.0.0.1',
    '',
    'not an address',
    '203.0.113.10, 198.51.100.1',
  ])('%j is not', (sourceIp) => {
    expect(from(sourceIp)).toEqual({
      decision: 'deny',
      rule: 'address',
      denyCode: 'address_not_allowed',
      why: "The address is none of the client's.",
    });
  });

  test("is also one of the contract's, if it has any", () => {
    expect(from('198.51.100.7', client.ipRanges, ['198.51.100.0/28']).decision).toBe('allow');
    expect(from('198.51.100.17', client.ipRanges, ['198.51.100.0/28'])).toEqual({
      rule: 'address',
      why: "The address is none of the contract's.",
      decision: 'deny',
      denyCode: 'address_not_allowed',
    });
    expect(from('192.0.2.1', client.ipRanges, ['192.0.2.0/24'])).toEqual({
      rule: 'address',
      why: "The address is none of the client's.",
      decision: 'deny',
      denyCode: 'address_not_allowed',
    });
  });

  test("is never one of an empty list's", () => {
    expect(from('203.0.113.10', [])).toEqual({
      rule: 'address',
      decision: 'deny',
      denyCode: 'address_not_allowed',
      why: "The address is none of the client's.",
    });
  });

  test('cannot be judged by a list that cannot be read', () => {
    expect(() => from('203.0.113.10', ['203.0.113.10', '203.0.113'])).toThrow(RangeError);
    expect(() => from('203.0.113.10', client.ipRanges, ['203.0.113'])).toThrow(RangeError);
  });
});

describe('WF-10 whom a token speaks for', () => {
  const publicUrl = 'https://api.example';

  test('the client itself, or a user, on the whole API or a product of it', () => {
    const said = { clientId: 'client-1', subject: 'client-1', scopes: ['a'] };
    expect(principalOfAccessToken(said, publicUrl)).toEqual({
      clientId: 'client-1',
      earlierClientIds: [],
      grant: 'client_credentials',
      scopes: ['a'],
    });
    expect(
      principalOfAccessToken({ ...said, subject: 'dana.li', audiences: ['urn:other', publicUrl] }, publicUrl),
    ).toEqual({ clientId: 'client-1', userId: 'dana.li', earlierClientIds: [], scopes: ['a'] });
    const audiences = [
      `${publicUrl}/apis/credit-reports`,
      'urn:other',
      `${publicUrl}/apis/fraud-signals/signals`,
    ];
    expect(principalOfAccessToken({ ...said, audiences }, publicUrl)).toEqual({
      clientId: 'client-1',
      earlierClientIds: [],
      scopes: ['a'],
      products: ['credit-reports', 'fraud-signals/signals'],
    });
  });

  test('JWT-4 a user of a third party, by the client that its issuer acts as', () => {
    const issuer: Issuer = {
      issuer: 'https://portal.acme.example',
      partnerId: 'acme',
      clientId: 'client-1',
      audiences: ['urn:sallyport'],
      principalClaim: 'sub',
      longestLife: 300,
      uses: ['bearer'],
      keys: [],
      status: 'active',
      version: 1,
      changes: [],
    };
    const ours = 'https://access.company.example';
    const token = { principal: 'dana.li', audience: ['urn:sallyport'], limits: {} };
    expect(principalOfThirdPartyToken(token, issuer, ours)).toEqual({
      clientId: 'client-1',
      userId: 'dana.li',
      earlierClientIds: [],
      trustedFor: 'acme',
    });
    expect(principalOfThirdPartyToken({ ...token, limits: { scopes: ['a', 'b'] } }, issuer, ours)).toEqual({
      clientId: 'client-1',
      userId: 'dana.li',
      earlierClientIds: [],
      trustedFor: 'acme',
      scopes: ['a', 'b'],
    });
    expect(principalOfThirdPartyToken(token, { ...issuer, uses: ['assertion', 'session'] }, ours)).toEqual({
      rule: 'use',
      why: "The issuer's tokens are not taken on calls.",
    });
    const forLogin = { ...token, audience: ['urn:sallyport', `${ours}/session`] };
    expect(principalOfThirdPartyToken(forLogin, issuer, ours)).toEqual({
      rule: 'use',
      why: 'The token is for a login by a link, and not for calls.',
    });
  });
});
