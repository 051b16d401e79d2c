import { type Clock, secondsAfter } from '../../core/clock.ts';

export interface IssuedToken {
  readonly value: string;
  readonly lifetimeSeconds: number;
}

/** An access token that is kept while it is good. */
export interface BearerToken {
  /** The held token, or a new one; requests that come together share one renewal. */
  get(): Promise<string>;
  /** Forgets this token, because the vendor refused it. */
  drop(value: string): void;
}

/** A token that dies on its way to the vendor costs a round trip more than one renewed early. */
const marginSeconds = 60;

/** Keeps what `obtain` brings until a minute before it expires. */
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
