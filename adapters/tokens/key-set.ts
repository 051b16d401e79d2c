import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '../../core/clock.ts';
import { createExchange } from '../http/exchange.ts';

const limits = { timeoutMilliseconds: 5000, maxAnswerBytes: 100_000 };

/** How long keys are cached, in seconds. */
const lifetimeSeconds = 600;
/** The shortest time between two requests for an unknown key, because forged tokens may name any key. */
const pauseSeconds = 30;

/**
 * Creates the set of keys that an issuer publishes, in the form that `jose` selects keys from (RFC 7517 §5).
 * Keys are fetched when they are first needed, when they are too old, or when they lack the key that a token
 * names. Concurrent callers share one request.
 *
 * The function rejects as `jose` does, or with another error if the keys cannot be fetched.
 */
export function createKeySet(
  url: URL,
  clock: Clock,
  { timeoutMilliseconds, maxAnswerBytes } = limits,
): JWTVerifyGetKey {
  const exchange = createExchange(url, { timeoutMilliseconds, maxAnswerBytes });
  let cached: { readonly choose: JWTVerifyGetKey; readonly since: number } | undefined;
  let pending: Promise<JWTVerifyGetKey> | undefined;

  const fetchKeys = async (): Promise<JWTVerifyGetKey> => {
    const { status, text } = await exchange({
      method: 'GET',
      headers: { accept: 'application/json' },
      repeatable: true,
    });
    if (status !== 200) throw new Error(`HTTP ${status}`);
    const choose = createLocalJWKSet(JSON.parse(text) as JSONWebKeySet);
    cached = { choose, since: clock.now().getTime() };
    return choose;
  };
  const refreshKeys = (): Promise<JWTVerifyGetKey> =>
    (pending ??= fetchKeys().finally(() => {
      pending = undefined;
    }));
  const cachedWithin = (seconds: number): JWTVerifyGetKey | undefined => {
    const age = cached === undefined ? Infinity : clock.now().getTime() - cached.since;
    return 0 <= age && age < seconds * 1000 ? cached?.choose : undefined;
  };

  return async (header, token) => {
    const choose = cachedWithin(lifetimeSeconds) ?? (await refreshKeys());
    try {
      return await choose(header, token);
    } catch (error) {
      const isRecent = cachedWithin(pauseSeconds) !== undefined;
      if (!(error instanceof errors.JWKSNoMatchingKey) || isRecent) throw error;
      return (await refreshKeys())(header, token);
    }
  };
}
