import type { Clock } from '../../core/clock.ts';
import type { Store } from '../kernel/store.ts';
import { Refused } from './exchange.ts';

/** The usage plan of an API key. */
export interface UsagePlan {
  readonly planId: string;
  readonly keyId: string;
  /**
   * `rateLimit` is in requests per second; `burstLimit` is the number of requests that may arrive at once.
   */
  readonly throttle?: { readonly rateLimit: number; readonly burstLimit: number };
  readonly quota?: { readonly limit: number; readonly period: 'DAY' | 'WEEK' | 'MONTH' };
}

export interface UsageMeter {
  /**
   * Counts a call against the plan. A refused call does not count against the quota.
   *
   * @throws Refused with THROTTLED or QUOTA_EXCEEDED
   */
  count(plan: UsagePlan): void;
}

/** Creates a usage meter. Rates are kept in memory, quotas in the store. */
export function createUsageMeter(store: Store, clock: Clock): UsageMeter {
  const buckets = new Map<string, { tokens: number; at: number }>();
  const used = store.collection<number>('gateway-usage');

  return {
    count: ({ planId, keyId, throttle, quota }) => {
      const now = clock.now();
      const subscriber = `${planId} ${keyId}`;
      const period = quota && `${subscriber} ${quota.period} ${periodStart(now, quota.period)}`;
      const count = period === undefined ? 0 : (used.get(period) ?? 0);
      if (quota !== undefined && count >= quota.limit) throw new Refused('QUOTA_EXCEEDED');

      if (throttle !== undefined) {
        const bucket = buckets.get(subscriber) ?? { tokens: throttle.burstLimit, at: now.getTime() };
        const elapsed = Math.max(0, now.getTime() - bucket.at) / 1000;
        const tokens = Math.min(throttle.burstLimit, bucket.tokens + elapsed * throttle.rateLimit);
        buckets.set(subscriber, { tokens: tokens < 1 ? tokens : tokens - 1, at: now.getTime() });
        if (tokens < 1) throw new Refused('THROTTLED');
      }
      if (period !== undefined) used.put(period, count + 1);
    },
  };
}

/** Returns the first day of the period in UTC. Weeks begin on Sunday. */
function periodStart(now: Date, period: 'DAY' | 'WEEK' | 'MONTH'): string {
  const start = new Date(now);
  if (period === 'WEEK') start.setUTCDate(now.getUTCDate() - now.getUTCDay());
  if (period === 'MONTH') start.setUTCDate(1);
  return start.toISOString().slice(0, 10);
}
