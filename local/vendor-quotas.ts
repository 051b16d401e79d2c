import { quotaNames, vendorDefaults } from '../core/pace/quotas.ts';

/** `QuotaOktaUsers` for `okta-users`. */
const parameterOf = (quota: string): string =>
  `Quota${quota
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')}`;

/** At what pace functions call vendors: at that of the vendors' usual quotas, or without ever waiting for a turn. */
export const vendorPaces = ['usual', 'unlimited'] as const;
export type VendorPace = (typeof vendorPaces)[number];

/** More calls per second than a clock of milliseconds can tell apart. */
const unlimited = 1_000_000_000;

/**
 * The vendors' quotas as parameters of the template: in the machine's seconds, since functions live in its time. The
 * stand-ins hold as many clients and keys as anybody likes.
 */
export const paceParameters = (pace: VendorPace, timeScale: number): Record<string, string> => ({
  ...Object.fromEntries(
    quotaNames.map((quota) => {
      const perSecond = pace === 'unlimited' ? unlimited : vendorDefaults[quota] * timeScale;
      return [parameterOf(quota), String(perSecond)];
    }),
  ),
  MostAppClients: '1000000',
  MostApiKeys: '1000000',
});
