import type { Clock } from '../core/clock.ts';

/** The machine's clock. In production, nothing else reads the time. */
export const systemClock: Clock = { now: () => new Date() };
