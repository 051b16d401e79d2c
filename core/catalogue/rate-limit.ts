import type { RatePlan } from './catalogue.ts';

const day = 86_400;
/** A calendar month has 31 days at most. Whoever keeps to the quota for so long keeps to it in every month. */
const periodSeconds = { DAY: day, WEEK: 7 * day, MONTH: 31 * day } as const;

/** The windows in seconds for a rate, because both numbers of a quota policy are whole. */
const rateWindows = [1, 10, 60, 3600, day] as const;

/**
 * Returns the value of `RateLimit-Policy` for a rate plan: a list of quota policies in the form of
 * draft-ietf-httpapi-ratelimit-headers-10. Their numbers are never above what the plan allows. The parameters with
 * the prefix say what the draft has no word for: how many calls may come at once, and the calendar period.
 */
export function rateLimitPolicyOf({ rate, burst, quota: { limit, period } }: RatePlan): string {
  const exact = rateWindows.find((seconds) => Number.isInteger(rate * seconds));
  const window = exact ?? rateWindows.find((seconds) => rate * seconds >= 100) ?? day;
  const calls = `"rate";q=${Math.floor(rate * window)};w=${window};sallyport-burst=${burst}`;
  return `${calls}, "quota";q=${limit};w=${periodSeconds[period]};sallyport-period="${period.toLowerCase()}"`;
}

/** Returns when the quota of a plan begins anew, in UTC. Weeks begin on Sunday. */
export function quotaResetOf({ quota: { period } }: RatePlan, now: Date): Date {
  const [year, month, date] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()];
  if (period === 'MONTH') return new Date(Date.UTC(year, month + 1, 1));
  return new Date(Date.UTC(year, month, date + (period === 'DAY' ? 1 : 7 - now.getUTCDay())));
}
