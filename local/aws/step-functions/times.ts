import type { TwinClock } from '../../kernel/clock.ts';

/** Returns the time that is `seconds` of workflow time after `from`. Both times are in epoch milliseconds. */
export function dueAfter(clock: TwinClock, seconds: number, from = clock.now().getTime()): number {
  return Math.ceil(from + (seconds * 1000) / clock.timeScale);
}

/** Waits until `dueAt`, in epoch milliseconds. Rejects with the signal's reason when aborted. */
export function sleepUntil(clock: TwinClock, dueAt: number, signal: AbortSignal): Promise<void> {
  const left = Math.max(0, dueAt - clock.now().getTime());
  return clock.sleep((left / 1000) * clock.timeScale, signal);
}

/** Converts epoch milliseconds to AWS JSON's timestamps, which are in epoch seconds. */
export const epochSeconds = (milliseconds: number): number => milliseconds / 1000;
