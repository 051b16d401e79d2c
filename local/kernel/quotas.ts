/** How a vendor's operation was called since its quota was set. */
export interface QuotaUse {
  /** Calls per second that are let through; absent where nothing is set. */
  readonly perSecond?: number;
  /** All calls, also those that were refused. */
  readonly calls: number;
  readonly refusals: number;
}

/**
 * Limits of how often the vendors' operations may be called, each a token bucket that holds one second's calls. A
 * second is one of the twin's time: with the time scale 5, a quota of 5 lets 25 calls through in a second.
 */
export interface Quotas {
  /**
   * Puts these in place of all others, by `service operation`. Several operations joined by ` + ` share one quota.
   * All counts begin anew.
   */
  replace(perSecond: Readonly<Record<string, number>>): void;
  /** Counts a call. False if it is beyond the quota. */
  admit(operation: string): boolean;
  /** Every operation that has a quota or was called. */
  uses(): Readonly<Record<string, QuotaUse>>;
}

interface Bucket {
  readonly perSecond: number;
  tokens: number;
  filledAt: number;
}

/** The operations that a quota is for. */
export const operationsOf = (quota: string): readonly string[] => quota.split(' + ');

/**
 * @param timeScale how many times faster than the machine's the twin's time passes
 * @param now the machine's time in milliseconds, which never goes back
 */
export function createQuotas(timeScale: number, now: () => number = () => performance.now()): Quotas {
  const buckets = new Map<string, Bucket>();
  const counts = new Map<string, { calls: number; refusals: number }>();

  const refill = (bucket: Bucket): void => {
    const elapsedSeconds = ((now() - bucket.filledAt) / 1000) * timeScale;
    bucket.tokens = Math.min(
      Math.max(1, bucket.perSecond),
      bucket.tokens + elapsedSeconds * bucket.perSecond,
    );
    bucket.filledAt = now();
  };
  const take = (bucket: Bucket | undefined): boolean => {
    if (bucket === undefined) return true;
    refill(bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  };

  return {
    replace: (quotas) => {
      buckets.clear();
      counts.clear();
      for (const [quota, perSecond] of Object.entries(quotas)) {
        const bucket = { perSecond, tokens: Math.max(1, perSecond), filledAt: now() };
        for (const operation of operationsOf(quota)) {
          buckets.set(operation, bucket);
          counts.set(operation, { calls: 0, refusals: 0 });
        }
      }
    },
    admit: (operation) => {
      const count = counts.get(operation) ?? { calls: 0, refusals: 0 };
      counts.set(operation, count);
      count.calls += 1;
      const admitted = take(buckets.get(operation));
      if (!admitted) count.refusals += 1;
      return admitted;
    },
    uses: () =>
      Object.fromEntries(
        [...counts]
          .toSorted(([one], [other]) => one.localeCompare(other))
          .map(([operation, count]) => {
            const bucket = buckets.get(operation);
            return [operation, { ...(bucket !== undefined && { perSecond: bucket.perSecond }), ...count }];
          }),
      ),
  };
}
