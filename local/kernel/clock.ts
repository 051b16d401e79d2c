import type { Clock } from '../../core/clock.ts';

/** The twin's time: the machine's clock plus an offset. Sleeps follow the moved clock and the time scale. */
export interface TwinClock extends Clock {
  readonly timeScale: number;
  offsetSeconds(): number;
  /** Moves every clock of the process. Sleeps that are due at the new time end. */
  move(offsetSeconds: number): void;
  /** Registers a listener that is called with the new offset after every move. */
  onMove(listener: (offsetSeconds: number) => void): void;
  /**
   * Waits until `seconds / timeScale` seconds have passed. It ends at once when the clock is moved past that
   * time; moving the clock back does not prolong it. Rejects with the signal's reason when aborted.
   */
  sleep(seconds: number, signal?: AbortSignal): Promise<void>;
}

/** The longest delay of setTimeout, in milliseconds. A longer one overflows and would fire at once. */
const longestTimer = 2 ** 31 - 1;

/** The machine's own `Date`. The twin replaces the process's `Date` with one that follows its clock. */
const MachineDate = Date;

export function createClock(timeScale = 1): TwinClock {
  let offset = 0;
  const moved = new Set<() => void>();
  const listeners: ((offsetSeconds: number) => void)[] = [];
  const now = (): Date => new MachineDate(MachineDate.now() + offset * 1000);

  return {
    timeScale,
    now,
    offsetSeconds: () => offset,
    move: (offsetSeconds) => {
      offset = offsetSeconds;
      for (const wake of [...moved]) wake();
      for (const listener of listeners) listener(offset);
    },
    onMove: (listener) => {
      listeners.push(listener);
    },
    sleep: (seconds, signal) =>
      new Promise((resolve, reject) => {
        const milliseconds = (seconds * 1000) / timeScale;
        const [due, passed] = [now().getTime() + milliseconds, performance.now() + milliseconds];
        let timer: NodeJS.Timeout | undefined;
        const finish = (settle: () => void): void => {
          clearTimeout(timer);
          moved.delete(check);
          signal?.removeEventListener('abort', abort);
          settle();
        };
        const abort = (): void => finish(() => reject(signal?.reason as Error));
        const check = (): void => {
          clearTimeout(timer);
          const left = Math.min(due - now().getTime(), passed - performance.now());
          if (left <= 0) finish(resolve);
          else timer = setTimeout(check, Math.min(left, longestTimer));
        };
        if (signal?.aborted === true) {
          abort();
          return;
        }
        signal?.addEventListener('abort', abort);
        moved.add(check);
        check();
      }),
  };
}
