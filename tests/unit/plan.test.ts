import { expect, test } from 'vitest';
import { makesClient, makesProfile, planFor } from '../../core/onboarding/plan.ts';
import { kinds } from '../../core/onboarding/request.ts';
import { catalogue, request } from '../support/fakes/samples.ts';

test('WF-2 a plan holds the region\'s group, the product\'s terms and all its routes as the gateway knows them', () => {
  expect(planFor(request, catalogue)).toEqual({
    assignmentGroup: 'UK Requests',
    productName: 'Credit Reports',
    group: 'B2B Credit Reports',
    scopes: ['credit-reports/read'],
    ratePlan: 'standard',
    routes: [
      { method: 'GET', path: '/apis/credit-reports/reports/{id}', scope: 'credit-reports/read' },
      { method: 'POST', path: '/apis/credit-reports/reports', scope: 'credit-reports/write' },
    ],
  });
});

test('WF-2 there is no plan for what has left the catalogue', () => {
  expect(() => planFor({ ...request, region: 'US' }, catalogue)).toThrow(new RangeError('region US has left the catalogue'));
  expect(() => planFor({ ...request, product: 'fraud-signals' }, catalogue)).toThrow(new RangeError('product fraud-signals has left the catalogue'));
});

test('WF-1 each kind makes what its name says', () => {
  expect(kinds.map((kind) => [kind, makesProfile(kind), makesClient(kind)])).toEqual([
    ['b2b-onboarding', true, true],
    ['b2b-user', true, false],
    ['api-client', false, true],
  ]);
});
