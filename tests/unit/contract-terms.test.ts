import { describe, expect, test } from 'vitest';
import type { Catalogue, Product } from '../../core/catalogue/catalogue.ts';
import type { Route } from '../../core/catalogue/route.ts';
import { defaultTermsOf } from '../../core/contracts/default-terms.ts';
import type { Terms } from '../../core/contracts/records.ts';
import { checkTerms } from '../../core/contracts/terms.ts';
import { catalogue as samples } from '../support/fakes/samples.ts';

const product = (id: string, particulars: Partial<Product> = {}): Product => ({
  id,
  name: id,
  brand: 'northwind',
  group: `B2B ${id}`,
  privateRanges: false,
  thirdPartyTokens: false,
  parameters: {},
  upstreams: { DEV: 'https://dev.example', UAT: 'https://uat.example', PROD: 'https://prod.example' },
  scopes: { [`${id}/read`]: 'Read', [`${id}/write`]: 'Write' },
  routes: [{ method: 'GET', path: '/all', scope: `${id}/read` }],
  defaultTerms: { scopes: [`${id}/read`], ratePlan: 'standard' },
  ...particulars,
});
const many = (count: number, scope: string): readonly Route[] =>
  Array.from({ length: count }, (_, index) => ({
    method: 'GET' as const,
    path: `/a-route-of-its-own/number/${index}`,
    scope,
  }));
const catalogue: Catalogue = {
  ...samples,
  products: {
    ...samples.products,
    'fraud-signals': product('fraud-signals'),
    inside: product('inside', { privateRanges: true }),
    huge: product('huge', {
      routes: [
        ...many(20, 'huge/read'),
        ...many(60, 'huge/write').map((route) => ({ ...route, method: 'POST' as const })),
      ],
    }),
  },
};

const terms: Terms = {
  products: { 'credit-reports': ['credit-reports/read'] },
  ratePlan: 'standard',
  ipRanges: [],
  environments: ['DEV'],
  startsAt: '2026-11-20T10:00:00.000Z',
  owner: 'owner@company.example',
  grants: ['client_credentials'],
  resourceServerOf: [],
};
const check = (changed: Partial<Terms>) => checkTerms({ ...terms, ...changed }, catalogue);
const faults = (changed: Partial<Terms>): readonly string[] => {
  const checked = check(changed);
  return 'faults' in checked ? checked.faults.map(({ path, code }) => `${path} ${code}`) : [];
};

describe('OAU-1 terms', () => {
  test('that are in order stay as they are', () => {
    expect(check({})).toEqual({ terms });
    const [given] = Object.values(samples.products);
    if (given === undefined) throw new Error('no product');
    const byDefault = defaultTermsOf(given, {
      environment: 'DEV',
      owner: 'owner@company.example',
      startsAt: new Date('2026-11-20T10:00:00Z'),
    });
    expect(byDefault).toEqual(terms);
  });

  test('get their one normal form', () => {
    const password = { owner: 'owner@company.example', sunset: '2027-06-30T00:00:00+02:00' };
    expect(
      check({
        products: { 'fraud-signals': ['fraud-signals/write', 'fraud-signals/read', 'fraud-signals/write'] },
        ipRanges: ['203.0.113.11', '203.0.113.0/24', '::ffff:198.51.100.7', '2001:DB8:7:0::/48'],
        environments: ['PROD', 'DEV', 'PROD'],
        startsAt: '2026-11-20T12:00:00+02:00',
        endsAt: '2027-11-20T10:00:00Z',
        grants: [
          'urn:ietf:params:oauth:grant-type:token-exchange',
          'password',
          'client_credentials',
          'password',
        ],
        password,
        resourceServerOf: ['fraud-signals', 'credit-reports', 'fraud-signals'],
      }),
    ).toEqual({
      terms: {
        products: { 'fraud-signals': ['fraud-signals/read', 'fraud-signals/write'] },
        ratePlan: 'standard',
        ipRanges: ['198.51.100.7', '203.0.113.0/24', '2001:db8:7::/48'],
        environments: ['DEV', 'PROD'],
        startsAt: '2026-11-20T10:00:00.000Z',
        endsAt: '2027-11-20T10:00:00.000Z',
        owner: 'owner@company.example',
        grants: ['client_credentials', 'password', 'urn:ietf:params:oauth:grant-type:token-exchange'],
        password: { owner: 'owner@company.example', sunset: '2027-06-29T22:00:00.000Z' },
        resourceServerOf: ['fraud-signals', 'credit-reports'],
      },
    });
  });

  test('are refused with every fault at once, each with its place and what is allowed', () => {
    const products = 'One of: credit-reports, fraud-signals, inside, huge.';
    expect(
      check({
        products: {
          'credit-reports': ['credit-reports/read', 'fraud-signals/read'],
          'a/b~c': ['x'],
          'fraud-signals': [],
        },
        ratePlan: 'gold',
        ipRanges: ['203.0.113.10', '10.0.0.1', 'everywhere'],
        environments: [],
        startsAt: 'soon',
        endsAt: '2026-02-30T00:00:00Z',
        owner: 'Somebody',
        grants: ['password'],
        resourceServerOf: ['credit-reports', 'nothing'],
      }),
    ).toEqual({
      faults: [
        {
          path: '/products/credit-reports/1',
          code: 'unknown_scope',
          allowed: 'One of: credit-reports/read, credit-reports/write.',
        },
        { path: '/products/a~1b~0c', code: 'unknown_product', allowed: products },
        {
          path: '/products/fraud-signals',
          code: 'required',
          allowed: 'At least one scope. One of: fraud-signals/read, fraud-signals/write.',
        },
        { path: '/ratePlan', code: 'unknown_rate_plan', allowed: 'One of: standard.' },
        {
          path: '/ipRanges',
          code: 'ip_private',
          allowed:
            'Entry 2 (10.0.0.1): public addresses, those with which calls arrive: this product is not for private networks.',
        },
        {
          path: '/ipRanges',
          code: 'ip_malformed',
          allowed:
            'Entry 3: an IPv4 or IPv6 address or a range in CIDR form, such as 203.0.113.10, 198.51.100.0/24 or 2001:db8:7::/48. Commas, semicolons, blanks and new lines separate entries.',
        },
        { path: '/environments', code: 'required', allowed: 'At least one of: DEV, UAT, PROD.' },
        {
          path: '/startsAt',
          code: 'not_a_moment',
          allowed: 'A moment of ISO 8601 with its offset: 2027-01-31T00:00:00Z.',
        },
        {
          path: '/endsAt',
          code: 'not_a_moment',
          allowed: 'A moment of ISO 8601 with its offset: 2027-01-31T00:00:00Z.',
        },
        {
          path: '/owner',
          code: 'not_an_address',
          allowed: 'One e-mail address without a name: owner@company.example.',
        },
        {
          path: '/password',
          code: 'required',
          allowed: 'With the grant password: an owner, and the sunset from which on it is refused.',
        },
        { path: '/resourceServerOf/1', code: 'unknown_product', allowed: products },
      ],
    });
    expect(faults({ products: {}, grants: [] })).toEqual(['/products required', '/grants required']);
  });

  test('end after they start', () => {
    expect(faults({ endsAt: '2026-11-20T10:00:00.001Z' })).toEqual([]);
    expect(faults({ endsAt: '2026-11-20T10:00:00.000Z' })).toEqual(['/endsAt ends_before_it_starts']);
    expect(faults({ endsAt: '2026-11-20T11:00:00+02:00' })).toEqual(['/endsAt ends_before_it_starts']);
  });

  test('X-7 have the password grant with an owner and an end, or not at all', () => {
    const password = { owner: 'owner@company.example', sunset: '2027-06-30T00:00:00Z' };
    expect(faults({ grants: ['client_credentials', 'password'], password })).toEqual([]);
    expect(faults({ password })).toEqual(['/password not_granted']);
    expect(faults({ grants: ['password'], password: { owner: '', sunset: 'never' } })).toEqual([
      '/password/owner not_an_address',
      '/password/sunset not_a_moment',
    ]);
  });

  test('WF-11 hold private ranges only if a product does', () => {
    expect(faults({ ipRanges: ['10.0.0.0/8'] })).toEqual(['/ipRanges ip_private']);
    expect(
      faults({ products: { ...terms.products, inside: ['inside/read'] }, ipRanges: ['10.0.0.0/8'] }),
    ).toEqual([]);
    expect(faults({ products: { nothing: ['x'] }, ipRanges: ['10.0.0.0/8'] })).toEqual([
      '/products/nothing unknown_product',
    ]);
  });

  test("WF-6 cover no more of a product than fits API Gateway's answer", () => {
    expect(faults({ products: { huge: ['huge/read'] } })).toEqual([]);
    expect(faults({ products: { huge: ['huge/read', 'huge/write'] } })).toEqual([
      '/products/huge policy_too_large',
    ]);
  });

  test.each(['constructor', '__proto__', 'toString'])('know no %s', (name) => {
    expect(
      faults({
        products: { [name]: [name], 'credit-reports': [name] },
        ratePlan: name,
        resourceServerOf: [name],
      }),
    ).toEqual([
      `/products/${name} unknown_product`,
      '/products/credit-reports/0 unknown_scope',
      '/ratePlan unknown_rate_plan',
      '/resourceServerOf/0 unknown_product',
    ]);
  });
});
