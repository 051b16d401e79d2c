import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '../../core/clock.ts';
import { createExchange } from '../http/exchange.ts';

const limits = { timeoutMilliseconds: 5000, maxAnswerBytes: 100_000 };

/** How long keys are believed. */
const lifeSeconds = 600;
/** Forged tokens may name any key: the issuer is not asked for an unknown one more often than this. */
const pauseSeconds = 30;

/**
 * The keys that an issuer publishes, for `jose` to choose from (RFC 7517 §5). They are fetched when they are
 * first needed, have become old, or do not hold the key that a token names; those who wait share one request.
 * Rejects as `jose` does, and with any other error if the keys cannot be fetched.
 */
export function createKeySet(
  url: URL,
  clock: Clock,
  { timeoutMilliseconds, maxAnswerBytes } = limits,
): JWTVerifyGetKey {
  const exchange = createExchange(url, { timeoutMilliseconds, maxAnswerBytes });
  let held: { readonly choose: JWTVerifyGetKey; readonly since: number } | undefined;
  let pending: Promise<JWTVerifyGetKey> | undefined;

  const fetchKeys = async (): Promise<JWTVerifyGetKey> => {
    const { status, text } = await exchange({
      method: 'GET',
      headers: { accept: 'application/json' },
      repeatable: true,
    });
    if (status !== 200) throw new Error(`HTTP ${status}`);
    const choose = createLocalJWKSet(JSON.parse(text) as JSONWebKeySet);
    held = { choose, since: clock.now().getTime() };
    return choose;
  };
  const renewed = (): Promise<JWTVerifyGetKey> =>
    (pending ??= fetchKeys().finally(() => {
      pending = undefined;
    }));
  const heldFor = (seconds: number): JWTVerifyGetKey | undefined => {
    const age = held === undefined ? Infinity : clock.now().getTime() - held.since;
    return 0 <= age && age < seconds * 1000 ? held?.choose : undefined;
  };

  return async (header, token) => {
    const choose = heldFor(lifeSeconds) ?? (await renewed());
    try {
      return await choose(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || heldFor(pauseSeconds) !== undefined) throw error;
      return (await renewed())(header, token);
    }
  };
}
