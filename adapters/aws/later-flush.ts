import type { LaterFlush } from '../../core/operators/propagation.ts';
import { createPlainEvents } from './plain-events.ts';

/**
 * Creates the port that schedules a flush of the authorizer cache. It puts an event on the account's default
 * bus, and `authorizer-flush` handles it.
 */
export function createLaterFlush(options: { readonly env: NodeJS.ProcessEnv }): LaterFlush {
  const put = createPlainEvents(options);
  return { at: (moment) => put('Authorizer Flush Due', { at: moment.toISOString() }) };
}
