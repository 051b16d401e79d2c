import type { Clock } from '../core/clock.ts';

/** The machine's clock: the only place in production that reads it. */
export const systemClock: Clock = { now: () => new Date() };
