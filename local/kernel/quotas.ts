/** How often a vendor's operation has been called since its quota was set. */
export interface QuotaUse {
  /** The permitted calls per second; missing if no quota is set. */
  readonly perSecond?: number;
  /** All calls, including those that were refused. */
  readonly calls: number;
  readonly refusals: number;
}

/**
 * Limits how often the vendors' operations may be called. Each quota is a token bucket with the capacity of
 * one second's calls. Seconds are in the twin's time: with the time scale 5, a quota of 5 permits 25 calls a
 * second.
 */
export interface Quotas {
  /**
   * Replaces all quotas with these, by `service operation`. Operations joined by ` + ` share one quota. All
   * counts are reset.
   */
  replace(perSecond: Readonly<Record<string, number>>): void;
  /** Counts a call. Returns false if it exceeds the quota. */
  admit(operation: string): boolean;
  /** Returns the use of every operation that has a quota or was called. */
  uses(): Readonly<Record<string, QuotaUse>>;
}

interface Bucket {
  readonly perSecond: number;
  tokens: number;
  filledAt: number;
}

/** Returns the operations that a quota applies to. */
export const operationsOf = (quota: string): readonly string[] => quota.split(' + ');

/**
 * @param timeScale how many times faster the twin's time passes than the machine's
 * @param now returns the machine's time in milliseconds; it must never go back
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
