/** A clock that stands still while any task is running, and then jumps to the time of the next sleeper. */
export interface SimulatedTime {
  readonly now: () => Date;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Lets time pass until nobody sleeps any more. */
  readonly run: () => Promise<void>;
}

export function simulatedTime(startsAt = 1_000_000): SimulatedTime {
  let time = startsAt;
  const sleepers: { readonly at: number; readonly wake: () => void }[] = [];
  const settled = async (): Promise<void> => {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  };
  return {
    now: () => new Date(time),
    sleep: (milliseconds) =>
      new Promise((wake) => {
        sleepers.push({ at: time + milliseconds, wake });
      }),
    run: async () => {
      for (;;) {
        await settled();
        const next = Math.min(...sleepers.map(({ at }) => at));
        if (next === Infinity) return;
        time = Math.max(time, next);
        for (const sleeper of sleepers.filter(({ at }) => at <= time)) {
          sleepers.splice(sleepers.indexOf(sleeper), 1);
          sleeper.wake();
        }
      }
    },
  };
}
