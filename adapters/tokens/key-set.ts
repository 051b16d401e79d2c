import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { type Clock, secondsAfter } from '../../core/clock.ts';
import { recordCacheSeconds } from '../../core/clients/in-force.ts';
import { createExchange } from '../http/exchange.ts';

const limits = { timeoutMilliseconds: 5000, maxAnswerBytes: 100_000 };

/** How long keys are still used if they cannot be fetched again, in seconds. */
const outageSeconds = 600;

/** The keys that an issuer publishes. */
export interface PublishedKeys {
  /** Selects the key of a token, in the form that `jose` takes (RFC 7517 §5). It rejects as `jose` does. */
  readonly choose: JWTVerifyGetKey;
  /** Nothing that these keys have verified may be cached any longer, because a key may have been removed. */
  readonly validUntil: Date;
}

/** Returns the present keys of an issuer. It rejects if they cannot be fetched. */
export type ReadKeySet = () => Promise<PublishedKeys>;

/**
 * Creates the reader of the keys that an issuer publishes. They are used for {@link recordCacheSeconds}, like
 * records, so that a removed key ends as fast as a suspended client. If they cannot be fetched again, the
 * keys of before are used for up to ten minutes, and fetched anew every {@link recordCacheSeconds}. Concurrent
 * callers share one request.
 */
export function createKeySet(
  url: URL,
  clock: Clock,
  { timeoutMilliseconds, maxAnswerBytes } = limits,
): ReadKeySet {
  const exchange = createExchange(url, { timeoutMilliseconds, maxAnswerBytes });
  let cached:
    { readonly choose: JWTVerifyGetKey; readonly fetchedAt: Date; readonly triedAt: Date } | undefined;
  let pending: Promise<PublishedKeys> | undefined;

  const fetchKeys = async (): Promise<JWTVerifyGetKey> => {
    const { status, text } = await exchange({
      method: 'GET',
      headers: { accept: 'application/json' },
      repeatable: true,
    });
    if (status !== 200) throw new Error(`HTTP ${status}`);
    return createLocalJWKSet(JSON.parse(text) as JSONWebKeySet);
  };
  const refreshKeys = async (): Promise<PublishedKeys> => {
    // The time before the request: a key that is removed during the request may still be in the answer.
    const triedAt = clock.now();
    try {
      cached = { choose: await fetchKeys(), fetchedAt: triedAt, triedAt };
    } catch (error) {
      if (cached === undefined || !isWithin(outageSeconds, cached.fetchedAt, triedAt)) throw error;
      cached = { ...cached, triedAt };
    }
    return { choose: cached.choose, validUntil: secondsAfter(triedAt, recordCacheSeconds) };
  };

  return async () => {
    if (cached !== undefined && isWithin(recordCacheSeconds, cached.triedAt, clock.now())) {
      return { choose: cached.choose, validUntil: secondsAfter(cached.triedAt, recordCacheSeconds) };
    }
    pending ??= refreshKeys().finally(() => {
      pending = undefined;
    });
    return pending;
  };
}

/** A time in the future comes from a clock that was set back since then, and says nothing. */
function isWithin(seconds: number, since: Date, now: Date): boolean {
  const age = now.getTime() - since.getTime();
  return 0 <= age && age < seconds * 1000;
}
