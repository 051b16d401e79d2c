import type { TwinClock } from '../../kernel/clock.ts';

/** The moment that comes so many seconds of the workflow's time after another one; both in epoch milliseconds. */
export function dueAfter(clock: TwinClock, seconds: number, from = clock.now().getTime()): number {
  return Math.ceil(from + (seconds * 1000) / clock.timeScale);
}

/** Resolves at a moment given in epoch milliseconds; rejects with the signal's reason when aborted. */
export function sleepUntil(clock: TwinClock, dueAt: number, signal: AbortSignal): Promise<void> {
  const left = Math.max(0, dueAt - clock.now().getTime());
  return clock.sleep((left / 1000) * clock.timeScale, signal);
}

/** AWS JSON's timestamps: epoch seconds. */
export const epochSeconds = (milliseconds: number): number => milliseconds / 1000;
