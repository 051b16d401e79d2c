import { expect, test } from 'vitest';
import type { ResolvedContract } from '../../core/onboarding/resolve-contract.ts';
import { makesClient, makesProfile } from '../../core/tickets/request.ts';
import { makePlan } from '../../core/onboarding/make-plan.ts';
import { kinds } from '../../core/tickets/request.ts';
import { catalogue, contractOf, partner, request } from '../support/fakes/samples.ts';

const at = new Date('2026-11-20T10:00:00Z');
const resolvedContract: ResolvedContract = {
  partnerId: partner.partnerId,
  partner,
  contractId: contractOf().contractId,
  contract: contractOf(),
  drafted: {},
};
const planned = {
  contractId: `${partner.partnerId}.credit-reports`,
  assignmentGroup: 'UK Requests',
  productName: 'Credit Reports',
  group: 'B2B Credit Reports',
  scopes: ['credit-reports/read'],
  ratePlan: 'standard',
  awaitsPrerequisite: false,
  routes: [
    { method: 'GET', path: '/apis/credit-reports/reports/{id}', scope: 'credit-reports/read' },
    { method: 'POST', path: '/apis/credit-reports/reports', scope: 'credit-reports/write' },
  ],
  objections: [],
};

test("WF-2 a plan holds the region's group, the contract's terms and all routes of the product as the gateway knows them", () => {
  expect(makePlan(request, resolvedContract, catalogue, at)).toEqual(planned);
  const agreed = contractOf({
    products: { 'credit-reports': ['credit-reports/write'], other: ['other/read'] },
    ratePlan: 'premium',
  });
  const premium = {
    ...catalogue,
    ratePlans: { ...catalogue.ratePlans, premium: { rate: 1, burst: 1, quota: { limit: 1, period: 'DAY' } } },
  } as const;
  expect(makePlan(request, { ...resolvedContract, contract: agreed }, premium, at)).toEqual({
    ...planned,
    scopes: ['credit-reports/write'],
    ratePlan: 'premium',
  });
});

test('WF-3 a plan awaits the prerequisite that the catalogue has, unless the requester confirms it', () => {
  const { prerequisite, ...without } = catalogue;
  const planFor = (prerequisiteMet: boolean, its: typeof without) =>
    makePlan({ ...request, prerequisiteMet }, resolvedContract, its, at).awaitsPrerequisite;
  expect(prerequisite).toBeDefined();
  expect([planFor(false, catalogue), planFor(true, catalogue)]).toEqual([true, false]);
  expect([planFor(false, without), planFor(true, without)]).toEqual([false, false]);
});

test('OAU-1 a plan gives nothing that the catalogue no longer has', () => {
  const agreed = contractOf({
    products: { 'credit-reports': ['credit-reports/read', 'credit-reports/delete'] },
  });
  expect(makePlan(request, { ...resolvedContract, contract: agreed }, catalogue, at)).toEqual(planned);
});

test('WF-2 for what has left the catalogue there is a plan, to reject it by', () => {
  expect(
    makePlan(
      { ...request, region: 'US', product: 'fraud-signals' },
      { ...resolvedContract, contract: undefined },
      catalogue,
      at,
    ),
  ).toEqual({
    contractId: resolvedContract.contractId,
    assignmentGroup: 'the platform team',
    productName: 'fraud-signals',
    group: '',
    scopes: [],
    ratePlan: '',
    awaitsPrerequisite: false,
    routes: [],
    objections: [
      { code: 'unknown_region', sentence: 'Requests of the region US are no longer taken.' },
      { code: 'unknown_product', sentence: 'The product fraud-signals is no longer offered.' },
    ],
  });
});

test('WF-1 each kind makes what its name says', () => {
  expect(kinds.map((kind) => [kind, makesProfile(kind), makesClient(kind)])).toEqual([
    ['b2b-onboarding', true, true],
    ['b2b-user', true, false],
    ['api-client', false, true],
  ]);
});
