import { type Clock, secondsAfter } from '../../core/clock.ts';

export interface IssuedToken {
  readonly value: string;
  readonly lifetimeSeconds: number;
}

/** An access token that is cached while it is valid. */
export interface BearerToken {
  /** Returns the cached token, or a new one. Concurrent calls share one renewal. */
  get(): Promise<string>;
  /** Forgets this token, because the vendor refused it. */
  drop(value: string): void;
}

/**
 * The token is renewed this many seconds early, because a token that expires in transit costs an extra round
 * trip.
 */
const marginSeconds = 60;

/**
 * Creates a cache for the token that `obtain` returns. The token is kept until a minute before it expires.
 */
export function createBearerToken(clock: Clock, obtain: () => Promise<IssuedToken>): BearerToken {
  let held: { readonly value: string; readonly freshUntil: Date } | undefined;
  let renewal: Promise<string> | undefined;

  const renew = async (): Promise<string> => {
    const askedAt = clock.now();
    const { value, lifetimeSeconds } = await obtain();
    held = { value, freshUntil: secondsAfter(askedAt, lifetimeSeconds - marginSeconds) };
    return value;
  };

  return {
    get: async () => {
      if (held !== undefined && clock.now() < held.freshUntil) return held.value;
      renewal ??= renew().finally(() => {
        renewal = undefined;
      });
      return renewal;
    },
    drop: (value) => {
      if (held?.value === value) held = undefined;
    },
  };
}
