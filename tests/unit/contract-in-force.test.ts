import { describe, expect, test } from 'vitest';
import type { ClientMapping } from '../../core/clients/client-mapping.ts';
import type { ClientContext } from '../../core/clients/client-context.ts';
import { contractEnd } from '../../core/contracts/in-force.ts';
import { effectiveScopes, findInactiveReason } from '../../core/clients/in-force.ts';
import { contractOf, partner } from '../support/fakes/samples.ts';

const client: ClientMapping = {
  clientId: 'client-1',
  partnerId: partner.partnerId,
  contractId: contractOf().contractId,
  product: 'credit-reports',
  onboardingId: 'onb-1',
  scopes: ['credit-reports/read', 'credit-reports/write'],
  routes: [],
  ipRanges: [],
  apiKey: 'value',
  status: 'active',
  version: 1,
  changes: [],
};
const contract = contractOf({ startsAt: '2026-01-01T00:00:00.000Z', endsAt: '2027-01-01T00:00:00.000Z' });
const clientContext: ClientContext = { client, contract, partner };
const at = new Date('2026-11-20T10:00:00Z');
const why = (changed: Partial<ClientContext>, moment = at, environment: 'DEV' | 'PROD' = 'DEV') =>
  findInactiveReason({ ...clientContext, ...changed }, moment, environment);

describe('OAU-1 a client is served', () => {
  test('while itself, its contract and its partner are active', () => {
    expect(why({})).toBeUndefined();
  });

  test("from the contract's first moment to just before its end", () => {
    const notBegun = { code: 'contract_inactive', rule: 'contract_not_begun' };
    const over = { code: 'contract_inactive', rule: 'contract_over' };
    const moments = [
      '2025-12-31T23:59:59.999Z',
      '2026-01-01T00:00:00.000Z',
      '2026-12-31T23:59:59.999Z',
      '2027-01-01T00:00:00.000Z',
      '2100-01-01T00:00:00.000Z',
    ];
    expect(moments.map((moment) => why({}, new Date(moment)))).toEqual([
      notBegun,
      undefined,
      undefined,
      over,
      over,
    ]);
    const { endsAt, ...endless } = contract;
    expect(endsAt).toBeDefined();
    expect(why({ contract: endless }, new Date('2100-01-01T00:00:00.000Z'))).toBeUndefined();
  });

  test("also if the contract's moments are written with an offset", () => {
    const offset = contractOf({ startsAt: '2026-01-01T00:00:00+02:00', endsAt: '2027-01-01T00:00:00+02:00' });
    expect(why({ contract: offset }, new Date('2025-12-31T22:00:00.000Z'))).toBeUndefined();
    expect(why({ contract: offset }, new Date('2026-12-31T22:00:00.000Z'))).toEqual({
      code: 'contract_inactive',
      rule: 'contract_over',
    });
  });

  test("in the contract's environments only", () => {
    expect(why({}, at, 'PROD')).toEqual({ code: 'contract_inactive', rule: 'contract_other_environment' });
    expect(why({ contract: contractOf({ environments: ['DEV', 'PROD'] }) }, at, 'PROD')).toBeUndefined();
  });
});

// Threat T-26
describe('X-8 X-9 a client is not served, and one rule is named,', () => {
  test.each([
    ['it is not known', { client: undefined }, { code: 'client_inactive', rule: 'client_missing' }],
    [
      'its contract is not there',
      { contract: undefined },
      { code: 'contract_inactive', rule: 'contract_missing' },
    ],
    [
      "its contract is another partner's",
      { contract: { ...contract, partnerId: 'beta' } },
      { code: 'contract_inactive', rule: 'contract_of_another_partner' },
    ],
    [
      'its partner is not there',
      { partner: undefined },
      { code: 'partner_inactive', rule: 'partner_missing' },
    ],
  ])('if %s', (_what, changed, answer) => {
    expect(why(changed)).toEqual(answer);
  });

  test.each(['draft', 'suspended', 'ended'] as const)(
    'if one of the three is %s: the client first, then the contract, then the partner',
    (status) => {
      const [no, notIt, notThem] = [
        { ...client, status },
        { ...contract, status },
        { ...partner, status },
      ];
      expect(why({ client: no, contract: notIt, partner: notThem })).toEqual({
        code: 'client_inactive',
        rule: `client_${status}`,
      });
      expect(why({ contract: notIt, partner: notThem })).toEqual({
        code: 'contract_inactive',
        rule: `contract_${status}`,
      });
      expect(why({ partner: notThem })).toEqual({ code: 'partner_inactive', rule: `partner_${status}` });
    },
  );
});

test("OAU-1 nothing is in force beyond the contract's end", () => {
  expect(contractEnd(contract)).toEqual(new Date('2027-01-01T00:00:00.000Z'));
  expect(contractEnd(contractOf())).toBeUndefined();
});

test('OAU-1 a client has the scopes it was granted that its contract has for its product', () => {
  expect(effectiveScopes(clientContext)).toEqual(['credit-reports/read']);
  expect(
    effectiveScopes({
      client,
      contract: contractOf({
        products: { 'credit-reports': ['credit-reports/write', 'credit-reports/admin'] },
      }),
    }),
  ).toEqual(['credit-reports/write']);
  expect(
    effectiveScopes({
      client,
      contract: contractOf({ products: { 'fraud-signals': ['credit-reports/read'] } }),
    }),
  ).toEqual([]);
  expect([
    effectiveScopes({ client, contract: undefined }),
    effectiveScopes({ client: undefined, contract }),
  ]).toEqual([[], []]);
});
