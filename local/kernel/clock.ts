import type { Clock } from '../../core/clock.ts';

/** The twin's time: the machine's clock, moved by an offset. Sleeps follow the moved clock and the time scale. */
export interface TwinClock extends Clock {
  readonly timeScale: number;
  offsetSeconds(): number;
  /** Moves every clock of the process; whatever is due by the new time fires. */
  move(offsetSeconds: number): void;
  /** Calls with the new offset after every move. */
  onMove(listener: (offsetSeconds: number) => void): void;
  /**
   * Resolves once `seconds / timeScale` seconds have passed, at once when the clock is moved past that moment; a
   * clock that is moved back makes it no longer. Rejects with the signal's reason when aborted.
   */
  sleep(seconds: number, signal?: AbortSignal): Promise<void>;
}

/** setTimeout overflows past this many milliseconds and would fire at once. */
const longestTimer = 2 ** 31 - 1;

/** The twin has the process's own `Date` follow its clock, which therefore keeps the machine's. */
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
