import * as z from 'zod/mini';
import { createLog } from '../../middleware/log.ts';
import { type FlushDependencies, dependencies } from './dependencies.ts';

const flushDue = z.object({ detail: z.object({ at: z.iso.datetime() }) });
/** How often the clock is checked, in milliseconds. */
const checkInterval = 250;

/** Flushes the authorizer's cache at the time that the event names: see `propagateChange`. */
async function flush({ cache, clock, sleep }: FlushDependencies, event: unknown): Promise<void> {
  const due = new Date(flushDue.parse(event).detail.at).getTime();
  for (let left = due - clock.now().getTime(); left > 0; left = due - clock.now().getTime()) {
    await sleep(Math.min(left, checkInterval));
  }
  await cache.flush();
}

const flushing = dependencies(process.env);
const log = createLog('authorizer-flush');
export const handler = async (event: unknown): Promise<void> => {
  await flush(flushing, event);
  log.info('authorizer_flushed');
};
