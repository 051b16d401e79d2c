import { type Clock, secondsAfter } from '../clock.ts';
import { Throttled, Unavailable } from '../errors.ts';

/** A secret that is kept elsewhere and changes there, without a deployment. */
export interface CachedSecret<Value> {
  /** The value, read at the first need and then kept for minutes. */
  get(): Promise<Value>;
  /**
   * Reads the secret again, because whoever checks it has refused `refused`; at most once a minute, since the
   * refusal may have been provoked from outside.
   * @returns the value that has replaced the refused one; undefined if none has
   */
  reload(refused: Value): Promise<Value | undefined>;
}

/** One version of a secret, as it is stored. */
export interface StoredSecret {
  readonly version: string;
  readonly text: string;
}

export interface CachedSecretOptions<Value> {
  /** @throws {StepError} */
  readonly read: () => Promise<StoredSecret>;
  /** Called once for each version. */
  readonly parse: (text: string) => Value;
  readonly clock: Clock;
}

/** How long a value is used before it is read again. */
export const keptSeconds = 300;
/** Between two readings that refusals have caused. */
export const reloadSeconds = 60;
/** Between two attempts while there is no value at all: many requests must not become as many readings. */
const retrySeconds = 1;

/** An attempt to read the secret; whoever comes while it is recent shares its outcome. */
interface Attempt {
  readonly at: Date;
  readonly done: Promise<void>;
}

/** Keeps a secret in the memory of this process. While it cannot be read again, the value in hand goes on. */
export function createCachedSecret<Value>({
  read,
  parse,
  clock,
}: CachedSecretOptions<Value>): CachedSecret<Value> {
  let held: { readonly version: string; readonly value: Value; readonly readAt: Date } | undefined;
  let refresh: Attempt | undefined;
  let reload: Attempt | undefined;

  const load = async (): Promise<void> => {
    const readAt = clock.now();
    const { version, text } = await read();
    held = { version, readAt, value: held?.version === version ? held.value : parse(text) };
  };
  /** A moment in the future is of a clock that has been moved back since; it counts as long ago. */
  const isWithin = (at: Date, seconds: number): boolean => {
    const now = clock.now();
    return at <= now && now < secondsAfter(at, seconds);
  };
  const repeatedAfter = (last: Attempt | undefined, seconds: number): Attempt =>
    last !== undefined && isWithin(last.at, seconds) ? last : { at: clock.now(), done: load() };

  return {
    get: async () => {
      if (held !== undefined && isWithin(held.readAt, keptSeconds)) return held.value;
      refresh = repeatedAfter(refresh, held === undefined ? retrySeconds : reloadSeconds);
      try {
        await refresh.done;
      } catch (error) {
        if (held === undefined || !isTransient(error)) throw error;
      }
      if (held === undefined) throw new Error('a secret that has been read is held');
      return held.value;
    },

    reload: async (refused) => {
      if (held !== undefined && held.value !== refused) return held.value;
      reload = repeatedAfter(reload, reloadSeconds);
      await reload.done;
      return held?.value === refused ? undefined : held?.value;
    },
  };
}

const isTransient = (error: unknown): boolean => error instanceof Throttled || error instanceof Unavailable;

/** A secret that never changes, such as one in a file. */
export const fixedSecret = <Value>(value: Value): CachedSecret<Value> => ({
  get: () => Promise.resolve(value),
  reload: () => Promise.resolve(undefined),
});
