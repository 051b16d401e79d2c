import { setTimeout } from 'node:timers/promises';
import { createPace, type Pace } from '../core/pace/pace.ts';
import type { QuotaName } from '../core/pace/quotas.ts';
import { createPaceRecords } from './aws/pace-records.ts';
import type { Table } from './aws/table.ts';
import { readEnvironment } from './environment.ts';
import { systemClock } from './system-clock.ts';
import { vendorQuotas } from './vendors.ts';

/** Returns the environment variable of a quota, for example `QUOTA_OKTA_USERS` for `directory-users`. */
export const variableOf = (quota: QuotaName): string =>
  `QUOTA_${vendorQuotas[quota].storedName.toUpperCase().replaceAll('-', '_')}`;

/** Creates the pace for these quotas. The environment gives their limits in calls per second. */
export function createVendorPace<Quota extends QuotaName>(
  quotas: readonly Quota[],
  table: Table,
  env: NodeJS.ProcessEnv,
): Pace<Quota> {
  const settings = readEnvironment(env, quotas.map(variableOf));
  const perSecond = Object.fromEntries(quotas.map((quota) => [quota, Number(settings[variableOf(quota)])]));
  const services = Object.fromEntries(quotas.map((quota) => [quota, vendorQuotas[quota].service]));
  return createPace({
    records: createPaceRecords(table),
    quotas: perSecond as Record<Quota, number>,
    services: services as Record<Quota, string>,
    clock: systemClock,
    pause: async (milliseconds) => {
      await setTimeout(milliseconds);
    },
  });
}
