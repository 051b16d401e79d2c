import { vendorQuotas } from '../../adapters/vendors.ts';

/** Returns the parameter's name for a quota: `QuotaOktaUsers` for `okta-users`. */
const parameterOf = (quota: string): string =>
  `Quota${quota
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')}`;

/** The rate at which functions call vendors: the vendors' usual quotas, or no limit. */
export const vendorPaces = ['usual', 'unlimited'] as const;
export type VendorPace = (typeof vendorPaces)[number];

/** A rate so high that a clock in milliseconds never makes a call wait. */
const unlimited = 1_000_000_000;

/**
 * Returns the vendors' quotas as template parameters. They are per second of machine time, which functions
 * use. The stand-ins have practically no limit of clients and keys.
 */
export const paceParameters = (pace: VendorPace, timeScale: number): Record<string, string> => ({
  ...Object.fromEntries(
    Object.values(vendorQuotas).map((quota) => {
      const perSecond = pace === 'unlimited' ? unlimited : quota.perSecond * timeScale;
      return [parameterOf(quota.storedName), String(perSecond)];
    }),
  ),
  MostAppClients: '1000000',
  MostApiKeys: '1000000',
});
