import { expect, test } from 'vitest';
import { variableOf } from '../../adapters/vendor-pace.ts';
import { vendorQuotas, vendors } from '../../adapters/vendors.ts';
import { vendorNameOf } from '../../core/onboarding/ticket-texts.ts';
import { quotaNames } from '../../core/pace/quotas.ts';
import { paceParameters } from '../../local/seed/vendor-quotas.ts';

test('X-14 quotas keep the names of their settings and records from version to version', () => {
  expect(quotaNames.map(variableOf)).toEqual([
    'QUOTA_OKTA_USERS',
    'QUOTA_COGNITO_CLIENTS',
    'QUOTA_API_KEYS',
    'QUOTA_MAILS',
  ]);
  expect(quotaNames.map((name) => vendorQuotas[name].storedName)).toEqual([
    'okta-users',
    'cognito-clients',
    'api-keys',
    'mails',
  ]);
  expect(Object.keys(paceParameters('usual', 1))).toEqual(
    expect.arrayContaining(['QuotaOktaUsers', 'QuotaCognitoClients', 'QuotaApiKeys', 'QuotaMails']),
  );
});

test.each([
  ['ewacs-account', undefined, 'ServiceNow'],
  ['okta-profile', undefined, 'Okta'],
  ['request-intake', undefined, 'Okta'],
  ['cognito-client', undefined, 'Amazon Cognito'],
  ['gateway-mapping', undefined, 'Amazon API Gateway'],
  ['credential-delivery', undefined, 'Amazon SES'],
  ['credential-delivery', 'servicenow', 'ServiceNow'],
  ['gateway-mapping', 'kms', 'Amazon Web Services'],
  ['okta-profile', 'sallyport', 'Amazon Web Services'],
])('X-14 %s that waits for the service %s waits for %s', (what, service, name) => {
  expect(vendorNameOf(vendors, what, service)).toBe(name);
});

test('X-14 the tickets of an installation with other vendors name those', () => {
  const others = {
    services: { ...vendors.services, directory: 'entra' },
    names: { ...vendors.names, entra: 'Microsoft Entra ID' },
    platform: 'the platform',
  };
  expect(vendorNameOf(others, 'okta-profile', undefined)).toBe('Microsoft Entra ID');
  expect(vendorNameOf(others, 'okta-profile', 'dynamodb')).toBe('the platform');
});
