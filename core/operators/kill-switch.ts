import { type Clock, secondsAfter } from '../clock.ts';
import { StepError } from '../errors.ts';

/** The answers of the authorizer that API Gateway keeps. */
export interface AuthorizerCache {
  /** Forgets all of them, of every client. */
  flush(): Promise<void>;
}

/** Has the answers forgotten once more, at a later moment, whether or not whoever asks is still there. */
export interface LaterFlush {
  at(moment: Date): Promise<void>;
}

/** For how long something that is no longer so may still be believed. */
export interface PropagationDelays {
  /** By an instance of the authorizer that has read the record before. */
  readonly memorySeconds: number;
  /** By API Gateway, where nobody makes it forget. */
  readonly cacheSeconds: number;
}

/** What a change of something in force comes to. */
export interface Propagation {
  readonly cacheFlushed: boolean;
  /** From then on every call is decided by the record as it is now. */
  readonly decidedWithinSeconds: number;
}

/** How long a decision, or a flush, is under way. */
const underWaySeconds = 1;

/**
 * Makes a change tell on calls. The cache is flushed at once, which mostly does it. But an instance of the authorizer
 * that read the record just before may answer from its memory once more, and that answer would be kept: so the cache
 * is flushed again when no memory is that old.
 */
export async function propagateChange({
  cache,
  laterFlush,
  clock,
  lags: { memorySeconds, cacheSeconds },
}: {
  readonly cache: AuthorizerCache;
  readonly laterFlush: LaterFlush;
  readonly clock: Clock;
  readonly lags: PropagationDelays;
}): Promise<Propagation> {
  const again = secondsAfter(clock.now(), memorySeconds + underWaySeconds);
  const [cacheFlushed, willBeAgain] = await Promise.all([
    succeeded(cache.flush()),
    succeeded(laterFlush.at(again)),
  ]);
  return {
    cacheFlushed,
    decidedWithinSeconds: memorySeconds + (cacheFlushed && willBeAgain ? 2 * underWaySeconds : cacheSeconds),
  };
}

/** The change stands whether or not its effect can be hurried. */
async function succeeded(doing: Promise<void>): Promise<boolean> {
  try {
    await doing;
    return true;
  } catch (error) {
    if (error instanceof StepError) return false;
    throw error;
  }
}
