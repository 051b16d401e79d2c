import { type Clock, secondsAfter } from '../clock.ts';
import { StepError } from '../errors.ts';

/** API Gateway's cache of the authorizer's answers. */
export interface AuthorizerCache {
  /** Removes all answers, of every client. */
  flush(): Promise<void>;
}

/** Schedules another flush for a later moment. It happens even if the caller is gone by then. */
export interface LaterFlush {
  at(moment: Date): Promise<void>;
}

/** For how long a record that has changed may still be used as it was. */
export interface PropagationDelays {
  /** By an instance of the authorizer that has read the record before, in seconds. */
  readonly memorySeconds: number;
  /** By API Gateway's cache, if it is not flushed, in seconds. */
  readonly cacheSeconds: number;
}

/** How fast a change of an active record takes effect. */
export interface Propagation {
  readonly cacheFlushed: boolean;
  /** After this time, every call is decided by the record as it is now. */
  readonly decidedWithinSeconds: number;
}

/** What making a change take effect on calls needs. */
export interface PropagationDependencies {
  readonly cache: AuthorizerCache;
  readonly laterFlush: LaterFlush;
  readonly clock: Clock;
  readonly delays: PropagationDelays;
}

/** The maximum duration of a decision or a flush, in seconds. */
const underWaySeconds = 1;

/**
 * Makes a change take effect on calls. The cache is flushed at once, which is usually enough. But an instance
 * of the authorizer that read the record just before may decide by it once more, and API Gateway would cache
 * that answer. So the cache is flushed again as soon as no instance can still use the old record.
 *
 * The operator API calls it after every change of a record that calls depend on. The function
 * `authorizer-flush` makes the second flush.
 */
export async function propagateChange({
  cache,
  laterFlush,
  clock,
  delays: { memorySeconds, cacheSeconds },
}: PropagationDependencies): Promise<Propagation> {
  const secondFlushAt = secondsAfter(clock.now(), memorySeconds + underWaySeconds);
  const [cacheFlushed, secondFlushScheduled] = await Promise.all([
    succeeded(cache.flush()),
    succeeded(laterFlush.at(secondFlushAt)),
  ]);
  const cacheDelaySeconds = cacheFlushed && secondFlushScheduled ? 2 * underWaySeconds : cacheSeconds;
  return { cacheFlushed, decidedWithinSeconds: memorySeconds + cacheDelaySeconds };
}

/** Waits for an operation and tells whether it succeeded. The change itself stands even if it did not. */
async function succeeded(operation: Promise<void>): Promise<boolean> {
  try {
    await operation;
    return true;
  } catch (error) {
    if (error instanceof StepError) return false;
    throw error;
  }
}
