import type { ClientMapping } from '../../core/clients/client-mapping.ts';
import { initialState } from '../../core/lifecycle/change.ts';
import { type IssuerSettings, findIssuerErrors } from '../../core/trust/issuer-settings.ts';
import { expect, test } from 'vitest';

const addresses = {
  otherIssuers: ['https://api.example', 'https://cognito.example/pool'],
  publicUrl: 'https://api.example/prod',
};
const client: ClientMapping = {
  clientId: 'client-1',
  partnerId: 'acme',
  contractId: 'acme.credit-reports',
  product: 'credit-reports',
  onboardingId: 'one',
  scopes: [],
  routes: [],
  ipRanges: [],
  apiKey: 'key',
  ...initialState('active', { at: '2026-11-20T10:00:00.000Z', by: 'one', why: 'new' }),
};
const settings: IssuerSettings = {
  clientId: client.clientId,
  audiences: ['urn:sallyport'],
  principalClaim: 'sub',
  longestLife: 300,
  uses: ['session'],
  sessionPage: 'https://api.example/prod/apis/reports',
};
const codes = (
  changed: Partial<IssuerSettings>,
  {
    issuer = 'https://a.example',
    partnerId = client.partnerId,
    found = [client],
  }: {
    readonly issuer?: string;
    readonly partnerId?: string;
    readonly found?: readonly ClientMapping[];
  } = {},
) =>
  findIssuerErrors({ issuer, partnerId, settings: { ...settings, ...changed } }, found[0], addresses).map(
    ({ path, code }) => `${path} ${code}`,
  );

test("JWT-2 an issuer is somebody else's, and acts as a client of its partner that has not ended", () => {
  expect(codes({})).toEqual([]);
  expect(codes({}, { issuer: 'https://cognito.example/pool' })).toEqual(['/issuer own_issuer']);
  expect(codes({}, { partnerId: 'another' })).toEqual(['/clientId unknown_client']);
  expect(codes({}, { found: [] })).toEqual(['/clientId unknown_client']);
  expect(codes({}, { found: [{ ...client, status: 'ended' }] })).toEqual(['/clientId unknown_client']);
  expect(codes({}, { found: [{ ...client, status: 'suspended' }] })).toEqual([]);
});

test.each([
  'https://api.example/',
  'https://api.example/prod',
  'https://api.example/production/x',
  'https://api.example.evil.example/prod/x',
  'https://api.example/prod/../x',
  'https://api.example/prod/\\evil.example',
  'https://api.example/prod/x?access_token=1',
  'https://api.example/prod/x#y',
  '/prod/x',
  '//evil.example/prod/',
  'javascript:alert(1)',
  'https://user@api.example/prod/x',
])('JWT-4 a browser is sent to a page of ours, which %s is not', (sessionPage) => {
  expect(codes({ sessionPage })).toEqual(['/sessionPage not_a_page']);
});

test('JWT-4 without a page of its own, a browser is sent to /session', () => {
  const { sessionPage: _page, ...withoutPage } = settings;
  expect(
    findIssuerErrors(
      { issuer: 'https://a.example', partnerId: client.partnerId, settings: withoutPage },
      client,
      addresses,
    ),
  ).toEqual([]);
});
