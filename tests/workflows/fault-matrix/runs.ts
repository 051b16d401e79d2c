import type { HistoryEvent } from '@aws-sdk/client-sfn';

/** Returns how often each task has run, according to an execution's history. */
export function runsIn(history: readonly HistoryEvent[]): Readonly<Record<string, number>> {
  const runs: Record<string, number> = {};
  let state = '';
  for (const { type, stateEnteredEventDetails } of history) {
    state = stateEnteredEventDetails?.name ?? state;
    if (type === 'TaskScheduled') runs[state] = (runs[state] ?? 0) + 1;
  }
  return runs;
}
