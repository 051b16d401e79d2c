import { quotaNames, vendorDefaults } from '../core/pace/quotas.ts';

/** `QuotaOktaUsers` for `okta-users`. */
const parameterOf = (quota: string): string =>
  `Quota${quota
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')}`;

/**
 * The vendors' quotas as parameters of the template: in the machine's seconds, since functions live in its time. The
 * stand-ins hold as many clients and keys as anybody likes.
 */
export const paceParameters = (timeScale: number): Record<string, string> => ({
  ...Object.fromEntries(
    quotaNames.map((quota) => [parameterOf(quota), String(vendorDefaults[quota] * timeScale)]),
  ),
  MostAppClients: '1000000',
  MostApiKeys: '1000000',
});
