import { beforeEach, describe, expect, test } from 'vitest';
import { describeAccess, firstCallOf } from '../../core/credentials/access-details.ts';
import type { Route } from '../../core/catalogue/route.ts';
import { catalogue, contractOf, onboardingOf } from '../support/fakes/samples.ts';
import { fakeContracts, type FakeManagedRecords } from '../support/fakes/contract-records.ts';
import type { Contract } from '../../core/contracts/records.ts';

const onboarding = onboardingOf('onb-1');
const publicUrl = 'https://access.example';
let contracts: FakeManagedRecords<Contract>;
beforeEach(() => {
  contracts = fakeContracts();
});
const described = (changed: Partial<Parameters<typeof describeAccess>[1]> = {}, its = catalogue) =>
  describeAccess({ catalogue: its, contracts, publicUrl }, { ...onboarding, ...changed }, 'client-1');

describe('WF-7 what a partner has to know of its access', () => {
  test('is where to call, what its scopes allow, from where, and who helps', async () => {
    expect(await described()).toEqual({
      brand: catalogue.brands['northwind'],
      product: { id: 'credit-reports', name: 'Credit Reports' },
      environment: 'DEV',
      clientId: 'client-1',
      tokenUrl: 'https://access.example/oauth2/token',
      apiUrl: 'https://access.example/apis/credit-reports',
      documentationUrl: 'https://access.example/docs/credit-reports',
      scopes: ['credit-reports/read'],
      routes: [{ method: 'GET', path: '/reports/{id}', scope: 'credit-reports/read' }],
      firstCall: { method: 'GET', url: 'https://access.example/apis/credit-reports/reports/1' },
      ipRanges: ['203.0.113.10'],
      contractEnd: undefined,
    });
  });

  test('has the end of the contract, if one is agreed', async () => {
    contracts.has(contractOf({ endsAt: '2027-01-31T00:00:00Z' }));
    expect((await described()).contractEnd).toEqual(new Date('2027-01-31T00:00:00Z'));
  });

  test('lists no route that the catalogue has had added or removed since the plan was made', async () => {
    const plan = { ...onboarding.plan, routes: [] };
    expect(await described({ plan })).toMatchObject({ routes: [], firstCall: undefined });
  });

  test.each([
    ['product', { ...catalogue, products: {} }],
    ['brand', { ...catalogue, brands: {} }],
  ])('is not described without its %s', async (_, its) => {
    await expect(described({}, its)).rejects.toMatchObject({ name: 'Defect', operation: 'DescribeAccess' });
  });
});

describe('the first call', () => {
  const route = (method: Route['method'], path: string): Route => ({ method, path, scope: 'a/b' });
  const chosen = (routes: readonly Route[], parameters: Readonly<Record<string, string>> = {}) =>
    firstCallOf('https://a.example/apis/a', { parameters }, routes);

  test.each([
    [[route('POST', '/a'), route('GET', '/a/{id}')], 'GET', '/a/1'],
    [[route('GET', '/a/{id}/b/{other}'), route('GET', '/a/{id}'), route('GET', '/a')], 'GET', '/a'],
    [[route('DELETE', '/a/{id}'), route('POST', '/a')], 'POST', '/a'],
  ])('is one that reads, with few parameters: %#', (routes, method, path) => {
    expect(chosen(routes)).toEqual({ method, url: `https://a.example/apis/a${path}` });
  });

  test('has values that the patterns of its parameters allow', () => {
    expect(chosen([route('GET', '/{a}/{b}')], { a: '[A-Z]{2}[0-9]{6}', b: '[0-9]{12}' })?.url).toBe(
      'https://a.example/apis/a/AB123456/123456789012',
    );
    expect(chosen([route('GET', '/{a}')], { a: 'xyz' })?.url).toBe('https://a.example/apis/a/1');
  });

  test('is none without a route', () => {
    expect(chosen([])).toBeUndefined();
  });
});
