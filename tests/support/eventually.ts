import { setTimeout as pause } from 'node:timers/promises';

const firstPauseMilliseconds = 50;
const longestPauseMilliseconds = 250;

/**
 * Repeats a look until it returns a value, and resolves with that value. It looks less and less often, so that
 * a long wait leaves the processor to what is waited for.
 */
export async function eventually<Seen>(look: () => Promise<Seen | undefined>): Promise<Seen> {
  for (let milliseconds = firstPauseMilliseconds; ; milliseconds *= 1.3) {
    const seen = await look();
    if (seen !== undefined) return seen;
    await pause(Math.min(milliseconds, longestPauseMilliseconds));
  }
}
