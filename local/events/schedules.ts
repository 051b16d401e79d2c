import type { TwinClock } from '../kernel/clock.ts';
import type { Lambda } from '../lambda/lambda.ts';

/** A function that EventBridge invokes at a fixed rate. */
export interface Schedule {
  readonly functionName: string;
  readonly everySeconds: number;
}

/**
 * Invokes each function at its rate, by the twin's clock, until it is stopped. The functions' answers are
 * ignored.
 */
export function startSchedules({
  clock,
  lambda,
  schedules,
}: {
  readonly clock: TwinClock;
  readonly lambda: Lambda;
  readonly schedules: readonly Schedule[];
}): () => void {
  const stopping = new AbortController();
  const repeat = async ({ functionName, everySeconds }: Schedule): Promise<void> => {
    for (;;) {
      await clock.sleep(everySeconds, stopping.signal);
      await lambda.invoke(functionName, {});
    }
  };
  for (const schedule of schedules) {
    repeat(schedule).catch((error: unknown) => {
      if (!stopping.signal.aborted) throw error;
    });
  }
  return () => stopping.abort();
}
