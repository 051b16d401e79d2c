import { sweep } from '../../core/onboarding/sweep.ts';
import { countWaits } from '../../core/onboarding/waits.ts';
import { createLog } from '../../middleware/log.ts';
import { dependencies } from './dependencies.ts';

const sweeping = dependencies(process.env);
const log = createLog('onboarding-sweep');
/** What cannot be started does not keep waits from being counted, nor the other way round. */
export const handler = async (): Promise<void> => {
  const [starts, waits] = await Promise.allSettled([sweep(sweeping), countWaits(sweeping)]);
  log.info('swept', { ...(starts.status === 'fulfilled' && { started: starts.value }), ...(waits.status === 'fulfilled' && waits.value) });
  for (const part of [starts, waits]) if (part.status === 'rejected') throw part.reason;
};
