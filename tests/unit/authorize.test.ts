import { describe, expect, test } from 'vitest';
import { authorize } from '../../core/authorization/authorize.ts';
import type { ClientMapping } from '../../core/authorization/client-mapping.ts';

const stage = 'arn:aws:execute-api:eu-west-1:000000000000:abc123/dev';
const methodArn = `${stage}/GET/apis/credit-reports/reports/7`;
const claims = { clientId: 'client-1', scopes: ['credit-reports/read'] };
const mapping: ClientMapping = {
  clientId: 'client-1', partnerId: 'acme-1', contractId: 'acme-1.credit-reports', product: 'credit-reports', onboardingId: 'onb-1',
  status: 'active', version: 1, changes: [], apiKey: 'key value',
  scopes: ['credit-reports/read', 'credit-reports/write'],
  routes: [
    { method: 'GET', path: '/apis/credit-reports/reports/{id}', scope: 'credit-reports/read' },
    { method: 'POST', path: '/apis/credit-reports/reports', scope: 'credit-reports/write' },
    { method: 'DELETE', path: '/apis/credit-reports/reports/{id}', scope: 'credit-reports/admin' },
  ],
  ipRanges: ['198.51.100.0/24', '203.0.113.10', '2001:db8:7::/48'],
};
const call = { methodArn, sourceIp: '203.0.113.10' };
const invoke = (Effect: 'Allow' | 'Deny', ...resources: readonly string[]) => ({
  Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect, Resource: resources.map((resource) => `${stage}/${resource}`) }],
});
const denied = (denyCode: string, partnerId = 'acme-1') => ({
  principalId: 'client-1', policyDocument: invoke('Deny', '*'), context: { clientId: 'client-1', partnerId, denyCode },
});
const allowed = (...resources: readonly string[]) => ({
  principalId: 'client-1', policyDocument: invoke('Allow', ...resources),
  context: { clientId: 'client-1', partnerId: 'acme-1', denyCode: 'insufficient_scope' }, usageIdentifierKey: 'key value',
});

describe('WF-10 the holder of a token', () => {
  test('may call every route that its scopes reach, and usage is counted under its key', () => {
    expect(authorize(claims, mapping, call)).toEqual(allowed('GET/apis/credit-reports/reports/*'));
  });

  test('gets the same answer for any route, since it is kept for all of them', () => {
    expect(authorize(claims, mapping, { ...call, methodArn: `${stage}/DELETE/apis/credit-reports/reports/7` })).toEqual(authorize(claims, mapping, call));
  });

  test('that is unknown may call nothing', () => {
    expect(authorize(claims, undefined, call)).toEqual(denied('client_inactive', ''));
  });

  test.each(['draft', 'suspended', 'ended'] as const)('that is %s may call nothing', (status) => {
    expect(authorize(claims, { ...mapping, status }, call)).toEqual(denied('client_inactive'));
  });

  test.each([
    [['credit-reports/read', 'credit-reports/write'], allowed('GET/apis/credit-reports/reports/*', 'POST/apis/credit-reports/reports')],
    [['credit-reports/write', 'other/thing'], allowed('POST/apis/credit-reports/reports')],
    // In the token and a route's own, but not granted: the token only narrows.
    [['credit-reports/admin'], { ...allowed(), policyDocument: invoke('Deny', '*') }],
    [[], { ...allowed(), policyDocument: invoke('Deny', '*') }],
  ])('with scopes %j may call what was granted and is in the token', (scopes, answer) => {
    expect(authorize({ ...claims, scopes }, mapping, call)).toEqual(answer);
  });
});

describe('WF-11 the address that a call comes from', () => {
  test.each(['203.0.113.10', '198.51.100.0', '198.51.100.255', '::ffff:203.0.113.10', '2001:db8:7:ffff::1', '2001:0DB8:0007::1'])('%s is one of the client\'s', (sourceIp) => {
    expect(authorize(claims, mapping, { methodArn, sourceIp })).toEqual(allowed('GET/apis/credit-reports/reports/*'));
  });

  test.each(['203.0.113.11', '198.51.101.0', '::ffff:203.0.113.11', '2001:db8:8::1', '::203.0.113.10', '127.0.0.1', '', 'not an address', '203.0.113.10, 198.51.100.1'])('%j is not', (sourceIp) => {
    expect(authorize(claims, mapping, { methodArn, sourceIp })).toEqual(denied('address_not_allowed'));
  });

  test('is never one of an empty list\'s', () => {
    expect(authorize(claims, { ...mapping, ipRanges: [] }, call)).toEqual(denied('address_not_allowed'));
  });

  test('cannot be judged by a list that cannot be read', () => {
    expect(() => authorize(claims, { ...mapping, ipRanges: ['203.0.113.10', '203.0.113'] }, call)).toThrow(RangeError);
  });
});
