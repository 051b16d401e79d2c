import { type Clock, secondsAfter } from '../clock.ts';
import { Throttled, Unavailable } from '../errors.ts';

/** A secret that is stored elsewhere, and can change there without a deployment. */
export interface CachedSecret<Value> {
  /** Returns the value. It is read when it is first needed, and then cached for minutes. */
  get(): Promise<Value>;
  /**
   * Reads the secret again, because the service that checks it has refused `refused`. This happens at most
   * once a minute, since an attacker may have provoked the refusal.
   * @returns the value that has replaced the refused one; undefined if none has
   */
  reload(refused: Value): Promise<Value | undefined>;
}

/** One version of a secret, as it is stored. */
export interface StoredSecret {
  readonly version: string;
  readonly text: string;
}

/** How a secret is read and parsed. */
export interface CachedSecretOptions<Value> {
  /** @throws {StepError} */
  readonly read: () => Promise<StoredSecret>;
  /** Called once for each version of the secret. */
  readonly parse: (text: string) => Value;
  readonly clock: Clock;
}

/** How many seconds a value is used before it is read again. */
export const keptSeconds = 300;
/** The minimum number of seconds between two reads that refusals have caused. */
export const reloadSeconds = 60;
/**
 * The minimum number of seconds between two attempts while there is no value, so that many requests cause few
 * reads.
 */
const retrySeconds = 1;

/** An attempt to read the secret. Other callers share its outcome while it is recent. */
interface Attempt {
  readonly at: Date;
  readonly done: Promise<void>;
}

/**
 * Caches a secret in the memory of this process. While it cannot be read again, the cached value stays in
 * use.
 */
export function createCachedSecret<Value>({
  read,
  parse,
  clock,
}: CachedSecretOptions<Value>): CachedSecret<Value> {
  let cached: { readonly version: string; readonly value: Value; readonly readAt: Date } | undefined;
  let refresh: Attempt | undefined;
  let reload: Attempt | undefined;

  const load = async (): Promise<void> => {
    const readAt = clock.now();
    const { version, text } = await read();
    cached = { version, readAt, value: cached?.version === version ? cached.value : parse(text) };
  };
  /**
   * Tells whether a moment is recent. A moment in the future comes from a clock that was set back; it is not
   * recent.
   */
  const isWithin = (at: Date, seconds: number): boolean => {
    const now = clock.now();
    return at <= now && now < secondsAfter(at, seconds);
  };
  const recentOrNew = (last: Attempt | undefined, seconds: number): Attempt =>
    last !== undefined && isWithin(last.at, seconds) ? last : { at: clock.now(), done: load() };

  return {
    get: async () => {
      if (cached !== undefined && isWithin(cached.readAt, keptSeconds)) return cached.value;
      refresh = recentOrNew(refresh, cached === undefined ? retrySeconds : reloadSeconds);
      try {
        await refresh.done;
      } catch (error) {
        if (cached === undefined || !isTransient(error)) throw error;
      }
      if (cached === undefined) throw new Error('a secret that has been read is held');
      return cached.value;
    },

    reload: async (refused) => {
      if (cached !== undefined && cached.value !== refused) return cached.value;
      reload = recentOrNew(reload, reloadSeconds);
      await reload.done;
      return cached?.value === refused ? undefined : cached?.value;
    },
  };
}

const isTransient = (error: unknown): boolean => error instanceof Throttled || error instanceof Unavailable;

/** Wraps a secret that never changes, such as one in a file. */
export const fixedSecret = <Value>(value: Value): CachedSecret<Value> => ({
  get: () => Promise.resolve(value),
  reload: () => Promise.resolve(undefined),
});
